import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MadeDisk } from '../serving/made-disk.ts';
import { programPath } from './bundle.ts';
import { URL_KEY } from './media-path.ts';

const HOST = '127.0.0.1';

export interface LoadedOca {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

export const LOADED_ENGINES = ['node', 'node-threads', 'nginx'] as const;
export type LoadedEngine = (typeof LOADED_ENGINES)[number];

const SETTINGS: Readonly<Record<LoadedEngine, object>> = {
  node: { engine: 'node' },
  'node-threads': { engine: 'node', workers: 2 },
  nginx: { engine: 'nginx', nginx: { workers: 1 } },
};

/** The process of an appliance that may send so much and no more. */
export async function startLoadedOca(disk: MadeDisk, engine: LoadedEngine, capacityBps: number): Promise<LoadedOca> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-overload-'));
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify({ ...configOf(disk, capacityBps), ...SETTINGS[engine] }));
  const child = fork(programPath('oca'), { env: { ...process.env, PRESSPLAY_CONFIG: configFile } });
  const gone = once(child, 'exit');
  const ready = once(child, 'message') as Promise<[{ url: string }]>;
  const [{ url }] = await Promise.race([
    ready,
    gone.then(() => {
      throw new Error(`The engine ${engine} did not start.`);
    }),
  ]);
  return { host: HOST, port: Number(new URL(url).port), stop: () => stop(child, gone, folder) };
}

async function stop(child: ChildProcess, gone: Promise<unknown>, folder: string): Promise<void> {
  child.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

function configOf(disk: MadeDisk, capacityBps: number): object {
  return {
    ocaId: 'bench-1-a',
    siteId: 'bench-1',
    baseUrl: `http://${HOST}`,
    capacityBps,
    urlKey: URL_KEY,
    ocaToken: 'bench-oca-token-0123456789',
    controlToken: 'bench-control-0123456789',
    regions: [],
    routes: [],
    host: HOST,
    port: 0,
    disks: [disk.folder],
    logLevel: 'warn',
  };
}
