import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFile } from '../disks/disk-store.ts';
import { NodeDiskStore } from '../disks/node/node-disk-store.ts';
import { findNginx } from '../engines/nginx/find-nginx.ts';
import { findWorkerUser } from '../engines/nginx/worker-user.ts';
import { ocaConfig, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { prepareRights } from './give-up-rights.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const file = testFile(200_000);
const nobody = findWorkerUser('nobody');
const isRoot = process.getuid?.() === 0 && nobody !== undefined;
/** Below it only root may bind: an address of our own, so that the port is free. */
const PRIVILEGED = { host: '127.20.99.7', port: 81 };

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oca-rights-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(changes: object): Promise<string> {
  const path = join(folder, 'config.json');
  const places = {
    ...PRIVILEGED,
    disks: [join(folder, 'disk0')],
    stateFolder: join(folder, 'state'),
    requestLogFile: join(folder, 'logs', 'requests.jsonl'),
  };
  writeFileSync(path, JSON.stringify({ ...ocaConfig, ...places, logLevel: 'silent', ...changes }));
  child = fork(main, {
    execArgv: ['--conditions=pressplay-source', '--import=tsx'],
    env: { ...process.env, PRESSPLAY_CONFIG: path },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child?.once('message', (message) => resolve((message as { url: string }).url));
    // By then all that it said has arrived.
    child?.once('close', () => reject(new Error(text)));
  });
}

const status = (pid: number): Record<string, string> =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .map((line) => line.split(/:\s*/, 2) as [string, string]),
  );

/** Undefined where it is gone meanwhile. */
function nameOf(pid: number): string | undefined {
  try {
    return status(pid).Name;
  } catch {
    return undefined;
  }
}

const below = (pid: number): number[] => {
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.split('\n');
  return children.filter(Boolean).flatMap((each) => [Number(each), ...below(Number(each))]);
};

const served = (base: string): Promise<boolean> =>
  fetch(`${base}/${tokenFor()}/${file.entry.fileId}`).then(
    async (response) => Buffer.compare(new Uint8Array(await response.arrayBuffer()), file.bytes) === 0,
    () => false,
  );

const engines = findNginx().ok ? ['node', 'nginx'] : ['node'];

describe.skipIf(!isRoot).each(engines)('an appliance that root starts, with the engine %s', (engine) => {
  it('serves on a port of root without its rights, and so does everybody below it', { timeout: 300_000 }, async () => {
    await writeFile(await NodeDiskStore.open([join(folder, 'disk0')], () => {}), file.entry, file.bytes);
    const base = await start({ engine, user: 'nobody' });
    expect(base).toBe(`http://${PRIVILEGED.host}:${PRIVILEGED.port}`);
    expect(await served(base)).toBe(true);
    // The compiler of the source is of these tests alone.
    const pids = [child?.pid ?? 0, ...below(child?.pid ?? 0)].filter((pid) => status(pid).Name !== 'esbuild');
    expect(pids.length).toBeGreaterThanOrEqual(engine === 'nginx' ? 3 : 1);
    for (const pid of pids) {
      const { Uid, Gid, Groups, CapEff } = status(pid);
      expect(Uid?.split('\t')).toEqual(Array(4).fill(String(nobody?.uid)));
      expect(Gid?.split('\t')).toEqual(Array(4).fill(String(nobody?.gid)));
      expect(Groups?.trim()).toBe(String(nobody?.gid));
      expect(Number(`0x${CapEff}`)).toBe(0);
    }
    for (const path of ['disk0', `disk0/${file.entry.fileId}`, 'state', 'logs', 'logs/requests.jsonl'])
      expect(statSync(join(folder, path)).uid).toBe(nobody?.uid);
    if (engine !== 'nginx') return;
    // Who watches nginx can start it again, though he could not bind its port.
    const [master = 0] = below(child?.pid ?? 0).filter((pid) => status(pid).Name === 'nginx');
    process.kill(master, 'SIGKILL');
    // The workers of the dead one serve until they are told to go.
    const isBack = async (): Promise<boolean> => {
      const others = below(child?.pid ?? 0).filter((pid) => pid !== master);
      return others.some((pid) => nameOf(pid) === 'nginx') && (await served(base));
    };
    let hasCome = false;
    for (let i = 0; i < 1500 && !hasCome; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      hasCome = await isBack();
    }
    expect(hasCome).toBe(true);
    expect(below(child?.pid ?? 0)).not.toContain(master);
  });

  it('does not start where it is told to become somebody who cannot do the work', async () => {
    mkdirSync(join(folder, 'disk0'), { mode: 0o700 });
    chmodSync(folder, 0o700);
    await expect(start({ engine, user: 'nobody' })).rejects.toThrow(`nobody may not enter ${folder}`);
    await expect(start({ engine, user: 'no-such-user' })).rejects.toThrow('no user no-such-user');
  });
});

describe.skipIf(!isRoot)('rights', () => {
  const needs = { host: '127.0.0.1', port: 0 };

  it('stay where nobody was named and nobody could work without them, which is said', async () => {
    chmodSync(folder, 0o700);
    const said: string[] = [];
    const log = (level: string, message: string, fields = {}): void =>
      void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
    expect(await prepareRights({ ...needs, disks: [join(folder, 'disk0')] }, log)).toEqual({});
    expect(said.join()).toMatch(/^warn the appliance keeps the rights of root .*may not enter/);
    expect(await prepareRights({ ...needs, user: 'root', disks: [folder] }, log)).toEqual({});
    expect(said).toHaveLength(1);
  });

  it('are looked for on files and new folders only, never on what a link names', async () => {
    const [disk, secret] = [join(folder, 'new', 'disk0'), join(folder, 'secret')];
    writeFileSync(secret, 'of root', { mode: 0o600 });
    mkdirSync(join(disk, 'lost+found'), { recursive: true });
    spawnSync('ln', ['-s', secret, join(disk, 'link')]);
    const { user } = await prepareRights({ ...needs, user: 'nobody', disks: [disk] }, () => {});
    expect(user?.uid).toBe(nobody?.uid);
    expect([statSync(disk).uid, statSync(secret).uid, statSync(join(disk, 'lost+found')).uid]).toEqual([
      nobody?.uid,
      0,
      0,
    ]);
  });
});
