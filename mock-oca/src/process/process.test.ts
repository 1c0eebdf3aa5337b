import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFile } from '../disks/disk-store.ts';
import { NodeDiskStore } from '../disks/node/node-disk-store.ts';
import { findNginx } from '../engines/nginx/find-nginx.ts';
import { freePort } from '../testing/free-port.ts';
import { ocaConfig, playId, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { readProcessConfig } from './process-config.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const file = testFile(200_000);
const url = (base: string): string => `${base}/${tokenFor()}/${file.entry.fileId}`;

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oca-process-'));
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const gone = exited(child);
    child.kill('SIGKILL');
    await gone;
  }
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function configFile(changes: object = {}): string {
  const path = join(folder, 'config.json');
  const places = {
    host: '127.0.0.1',
    port: 0,
    disks: [join(folder, 'disk0')],
    requestLogFile: join(folder, 'logs', 'requests.jsonl'),
  };
  writeFileSync(path, JSON.stringify({ ...ocaConfig, ...places, logLevel: 'silent', ...changes }));
  return path;
}

function spawn(changes: object = {}): ChildProcess {
  child = fork(main, {
    execArgv: ['--conditions=pressplay-source', '--import=tsx'],
    env: { ...process.env, PRESSPLAY_CONFIG: configFile(changes) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return child;
}

const ready = (process: ChildProcess): Promise<{ type: string; url: string }> =>
  new Promise((resolve, reject) => {
    process.once('message', (message) => resolve(message as { type: string; url: string }));
    process.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
const exited = (process: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => process.once('exit', resolve));

const engines = findNginx().ok ? ['node', 'nginx'] : ['node'];

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`It never came to ${isTrue}.`);
}

function exitedAfter(oca: ChildProcess): Promise<number | null> {
  const gone = exited(oca);
  oca.kill('SIGTERM');
  return gone;
}

describe('the process', () => {
  it('serves what its folders hold, logs it, finishes what runs on SIGTERM, and ends', async () => {
    await writeFile(await NodeDiskStore.open([join(folder, 'disk0')], () => {}), file.entry, file.bytes);
    const oca = spawn({ paceBps: 4_000_000 });
    const { type, url: base } = await ready(oca);
    expect(type).toBe('ready');
    const response = await fetch(url(base), { headers: { range: 'bytes=1000-' } });
    expect(response.status).toBe(206);
    const gone = exited(oca);
    oca.kill('SIGTERM');
    expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), file.bytes.subarray(1000))).toBe(0);
    expect(await gone).toBe(0);
    const lines = readFileSync(join(folder, 'logs', 'requests.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { phase: 'start', fileId: file.entry.fileId, range: [1000, 200_000], status: 206 },
      { phase: 'end', bytesSent: 199_000, bytesFlushed: 199_000, outcome: 'complete' },
    ]);
  });

  it('has logged the start when it is killed in the middle', async () => {
    await writeFile(await NodeDiskStore.open([join(folder, 'disk0')], () => {}), file.entry, file.bytes);
    const oca = spawn({ paceBps: 800_000 });
    const response = await fetch(url((await ready(oca)).url));
    await response.body?.getReader().read();
    const gone = exited(oca);
    oca.kill('SIGKILL');
    await gone;
    expect(JSON.parse(readFileSync(join(folder, 'logs', 'requests.jsonl'), 'utf8'))).toMatchObject({
      phase: 'start',
      range: [0, 200_000],
    });
  });

  it.skipIf(!findNginx().ok)(
    'with nginx has logged the start by its next start, when all of it was killed',
    async () => {
      chmodSync(folder, 0o755);
      const store = await NodeDiskStore.open([join(folder, 'disk0')], () => {});
      await writeFile(store, file.entry, file.bytes);
      const port = await freePort();
      const [first, logPath] = [
        spawn({ engine: 'nginx', port, paceBps: 400_000 }),
        join(folder, 'logs', 'requests.jsonl'),
      ];
      const response = await fetch(url((await ready(first)).url), { headers: { range: 'bytes=7-' } });
      const gone = exited(first);
      first.kill('SIGKILL');
      await gone;
      await response.arrayBuffer().catch(() => {});
      await ready(spawn({ engine: 'nginx', port, paceBps: 400_000 }));
      const lines = readFileSync(logPath, 'utf8').trim().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        { phase: 'start', playId, fileId: file.entry.fileId, range: [7, 200_000], status: 206 },
      ]);
    },
  );

  it.each(engines)(
    'moves its log on as it grows, and takes up a new one on SIGHUP, with the engine %s',
    async (engine) => {
      chmodSync(folder, 0o755);
      await writeFile(await NodeDiskStore.open([join(folder, 'disk0')], () => {}), file.entry, file.bytes);
      const logPath = join(folder, 'logs', 'requests.jsonl');
      const oca = spawn({ engine, requestLogMaxBytes: 2000 });
      const { url: base } = await ready(oca);
      const ask = async (): Promise<void> => {
        await (await fetch(url(base), { headers: { range: 'bytes=0-9' } })).arrayBuffer();
      };
      await until(async () => {
        await ask();
        return existsSync(`${logPath}.2`);
      });
      for (const line of readFileSync(`${logPath}.1`, 'utf8').trim().split('\n')) JSON.parse(line);
      renameSync(logPath, `${logPath}-away`);
      oca.kill('SIGHUP');
      await until(async () => {
        await ask();
        return existsSync(logPath);
      });
      expect(await exitedAfter(oca)).toBe(0);
    },
  );

  it('ends when its parent lets go of it', async () => {
    const oca = spawn();
    await ready(oca);
    const gone = exited(oca);
    oca.disconnect();
    expect(await gone).toBe(0);
  });

  it('says in words that its port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;
    const oca = spawn({ port });
    let text = '';
    oca.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    // By 'close' all that it said has arrived; by 'exit' it may not have.
    const [code] = await once(oca, 'close');
    expect(code).toBe(1);
    holder.close();
    expect(text).toContain(`fjord-1-a cannot start: port ${port} on 127.0.0.1 is already in use`);
  });
});

describe('the configuration', () => {
  it('names what is wrong, without the secrets', () => {
    expect(() => readProcessConfig(undefined)).toThrow(/PRESSPLAY_CONFIG/);
    expect(() => readProcessConfig(configFile({ port: 'x', controlToken: 'short' }))).toThrow(
      /port[\s\S]*|controlToken/,
    );
    expect(() => readProcessConfig(configFile({ disks: [] }))).toThrow(/disks/);
  });
});
