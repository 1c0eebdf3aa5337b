import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../testing/free-port.ts';
import { ocaConfig, ocaWith } from '../testing/oca-fixture.ts';
import { folderDisks } from '../testing/renderers.ts';
import { type EngineServer, serveByEngine } from './choose-engine.ts';
import { ProcessConfig } from './process-config.ts';

const said: string[] = [];
const made: string[] = [];
let server: EngineServer | undefined;
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  said.length = 0;
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const none = () => ({ ok: false, reason: 'no nginx on this machine' }) as const;
const broken = () =>
  ({ ok: true, nginx: { binary: '/bin/false', version: 'nginx/0', modules: [], hasThreads: false } }) as const;

async function serve(changes: object, find: Parameters<typeof serveByEngine>[3]): Promise<EngineServer> {
  const disks = await folderDisks();
  const { oca } = await ocaWith([], { disks });
  const folders = disks.disks().map(({ disk }) => disk);
  made.push(...folders);
  const config = ProcessConfig.parse({ ...ocaConfig, host: '127.0.0.1', port: 0, disks: folders, ...changes });
  const log = (_level: string, message: string, fields = {}): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  server = await serveByEngine(oca, config, { disks, log }, find);
  return server;
}

describe('the engine', () => {
  it('is Node where nothing else is said', async () => {
    const { url } = await serve({}, () => {
      throw new Error('nobody asked for nginx');
    });
    expect((await fetch(`${url}/control/status`)).status).toBe(200);
  });

  it('is Node where there is no nginx, and says why', async () => {
    const { url } = await serve({ engine: 'auto' }, none);
    expect((await fetch(`${url}/control/status`)).status).toBe(200);
    expect(said.join()).toContain('no nginx on this machine');
  });

  it('is Node where nginx does not run, and says why', async () => {
    const { url } = await serve({ engine: 'auto' }, broken);
    expect((await fetch(`${url}/control/status`)).status).toBe(200);
    expect(said.join()).toContain('nginx ended');
  });

  it('is not silently another one than was asked for', async () => {
    await expect(serve({ engine: 'nginx' }, none)).rejects.toThrow('no nginx on this machine');
    await expect(serve({ engine: 'nginx' }, broken)).rejects.toThrow('nginx ended');
  });

  it('never serves in the clear what is to be encrypted', async () => {
    const tls = { certificateFile: '/x', keyFile: '/y' };
    for (const engine of ['node', 'auto']) await expect(serve({ tls, engine }, none)).rejects.toThrow('ENOENT');
  });

  it('says that a port is taken, whichever it is', async () => {
    const { url } = await serve({ port: await freePort() }, none);
    const first = server;
    const port = Number(new URL(url).port);
    for (const engine of ['node', 'auto'])
      await expect(serve({ port, engine }, broken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    server = first;
  });
});
