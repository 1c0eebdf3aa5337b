import { rmSync } from 'node:fs';
import { findNginx } from '../engines/nginx/find-nginx.ts';
import { listenNginx, type NginxEngine, type NginxEngineOptions } from '../engines/nginx/nginx-engine.ts';
import type { WatchedDisks } from '../engines/nginx/watched-disks.ts';
import type { OcaConfigInput } from '../oca-config.ts';
import { type OcaFixture, ocaWith, type TestFile } from './oca-fixture.ts';
import { folderDisks, linesOf } from './renderers.ts';

export interface NginxFixture extends OcaFixture {
  readonly disks: WatchedDisks;
  readonly engine: NginxEngine;
  readonly folders: readonly string[];
  /** Requests that Node answered. */
  readonly nodeAnswers: () => number;
  close(): Promise<void>;
}

export const nginxSearch = findNginx();

/** An OCA behind a real nginx, with one worker. */
export async function nginxWith(
  files: readonly TestFile[],
  config: Partial<OcaConfigInput> = {},
  options: Partial<NginxEngineOptions> = {},
): Promise<NginxFixture> {
  if (!nginxSearch.ok) throw new Error(nginxSearch.reason);
  const disks = await folderDisks();
  const fixture = await ocaWith(files, { disks, config });
  const folders = disks.disks().map(({ disk }) => disk);
  const { oca } = fixture;
  let nodeAnswers = 0;
  const answer = oca.answer.bind(oca);
  oca.answer = (...args) => {
    nodeAnswers += 1;
    return answer(...args);
  };
  const engine = await listenNginx(oca, {
    nginx: nginxSearch.nginx,
    host: '127.0.0.1',
    port: 0,
    workers: 1,
    config: fixture.config,
    disks,
    folders,
    log: () => {},
    requestLog: (text) => void fixture.log.push(...linesOf(text)),
    ...options,
  }).catch((error: unknown) => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    ...fixture,
    disks,
    engine,
    folders,
    nodeAnswers: () => nodeAnswers,
    close: async () => {
      oca.stop();
      await engine.close(0);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
