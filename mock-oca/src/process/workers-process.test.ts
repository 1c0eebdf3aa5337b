import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeFile } from '../disks/disk-store.ts';
import { NodeDiskStore } from '../disks/node/node-disk-store.ts';
import type { RequestLogLine } from '../serving/request-log.ts';
import { type BundledProcess, bundledProcess } from '../testing/bundled-process.ts';
import { freePort } from '../testing/free-port.ts';
import { ocaConfig, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { linesOf } from '../testing/renderers.ts';
import { hasWorkers } from '../testing/workers-fixture.ts';

const file = testFile(200_000);
const source = fileURLToPath(new URL('../main.ts', import.meta.url));

let bundled: BundledProcess;
let folder: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  bundled = await bundledProcess();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oca-threads-'));
  await writeFile(await NodeDiskStore.open([join(folder, 'disk0')], () => {}), file.entry, file.bytes);
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly url: string;
  readonly pid: number;
  readonly said: () => string;
}

async function start(changes: object, main = bundled.main): Promise<Started> {
  const path = join(folder, 'config.json');
  const places = { host: '127.0.0.1', port: 0, disks: [join(folder, 'disk0')], requestLogFile: logPath() };
  writeFileSync(path, JSON.stringify({ ...ocaConfig, ...places, workers: 2, user: 'root', ...changes }));
  const execArgv = main === source ? ['--conditions=pressplay-source', '--import=tsx'] : [];
  const env = { ...process.env, PRESSPLAY_CONFIG: path };
  const started = fork(main, { execArgv, env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  child = started;
  let text = '';
  started.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const [{ url }] = (await once(started, 'message')) as [{ url: string }];
  return { url, pid: started.pid ?? 0, said: () => text };
}

const logPath = (): string => join(folder, 'logs', 'requests.jsonl');
const logged = (path = logPath()): RequestLogLine[] => linesOf(readFileSync(path, 'utf8'));

const ask = (url: string, range: string): Promise<Response> =>
  fetch(`${url}/${tokenFor()}/${file.entry.fileId}`, { headers: { range: `bytes=${range}` } });

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`It never came to ${isTrue}.`);
}

async function exitedAfter(signal: NodeJS.Signals): Promise<unknown> {
  if (!child) throw new Error('Nothing runs.');
  const gone = once(child, 'exit');
  child.kill(signal);
  const [code] = await gone;
  return code;
}

describe.skipIf(!hasWorkers)('a process of several threads', () => {
  it('serves, logs, finishes what runs on SIGTERM, and ends', async () => {
    const { url, said } = await start({ paceBps: 4_000_000 });
    await until(() => said().includes('"workers":2,"msg":"several threads serve"'));
    const responses = await Promise.all([ask(url, '1000-'), ask(url, '1000-'), ask(url, '1000-')]);
    const code = exitedAfter('SIGTERM');
    for (const response of responses)
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), file.bytes.subarray(1000))).toBe(0);
    expect(await code).toBe(0);
    const [starts, ends] = ['start', 'end'].map((phase) => logged().filter((line) => line.phase === phase));
    expect(starts).toHaveLength(3);
    for (const end of ends ?? []) expect(end).toMatchObject({ bytesSent: 199_000, outcome: 'complete' });
    expect(ends).toHaveLength(3);
  });

  it('leaves nothing behind when it is killed, and has logged what it had begun', async () => {
    const port = await freePort();
    const { url } = await start({ port, paceBps: 800_000 });
    const cut = await Promise.all([ask(url, '0-'), ask(url, '1-')]);
    await exitedAfter('SIGKILL');
    await Promise.all(cut.map((response) => response.arrayBuffer().catch(() => {})));
    expect(logged().map(({ phase, range }) => [phase, range?.[0]])).toEqual(
      expect.arrayContaining([
        ['start', 0],
        ['start', 1],
      ]),
    );
    const again = await start({ port });
    const response = await ask(again.url, '0-');
    expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), file.bytes)).toBe(0);
  });

  it('moves its log on as it grows, and begins a new one on SIGHUP, with no line torn or lost', async () => {
    const { url } = await start({ requestLogMaxBytes: 4000, requestLogFiles: 50 });
    let asked = 0;
    const askSome = async (): Promise<void> => {
      const responses = await Promise.all(Array.from({ length: 4 }, () => ask(url, '0-9')));
      for (const response of responses) await response.arrayBuffer();
      asked += 4;
    };
    await until(async () => {
      await askSome();
      return existsSync(`${logPath()}.2`);
    });
    renameSync(logPath(), `${logPath()}-away`);
    child?.kill('SIGHUP');
    await until(async () => {
      await askSome();
      return existsSync(logPath()) && readFileSync(logPath(), 'utf8').includes('"end"');
    });
    expect(await exitedAfter('SIGTERM')).toBe(0);
    const files = readdirSync(join(folder, 'logs')).map((name) => join(folder, 'logs', name));
    const lines = files.filter((path) => readFileSync(path, 'utf8') !== '').flatMap((path) => logged(path));
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(asked);
    expect(lines).toHaveLength(2 * asked);
  });

  it('ends when its parent lets go of it', async () => {
    await start({});
    if (!child) return;
    const gone = once(child, 'exit');
    child.disconnect();
    expect((await gone)[0]).toBe(0);
  });

  it('serves by one where its threads cannot start, and says why', async () => {
    // The sources have no file that a thread could run.
    const { url, said } = await start({}, source);
    expect((await ask(url, '0-9')).status).toBe(206);
    await until(() => /one thread serves/.test(said()));
    expect(said()).toContain('serving-worker');
  });
});
