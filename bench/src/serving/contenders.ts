import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundNginx } from '@pressplay/mock-oca/node';
import { signMediaToken } from '@pressplay/protocol/wire';
import { programPath } from './bundle.ts';
import type { LoadTarget } from './load-process.ts';
import { FILE_BYTES, type MadeDisk, TITLE } from './made-disk.ts';

export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly target: LoadTarget;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export type ContenderName = (typeof CONTENDERS)[number];
export const CONTENDERS = [
  'nginx',
  'nginx-engine',
  'nginx-engine-logged',
  'node',
  'node-threads',
  'node-pooled',
  'node-pinned',
  'bare-node',
  'pipe',
] as const;
/** Those that speak TLS. */
export const TLS_CONTENDERS: readonly ContenderName[] = ['nginx', 'nginx-engine', 'node', 'node-pinned', 'pipe'];

const HOST = '127.0.0.1';
const URL_KEY = 'bench-url-key-0123456789';
const MAX_CONNECTIONS = 16_384;
const PINNED_BYTES = 128 * 1024 * 1024;
const BEHIND_NGINX = { engine: 'nginx', nginx: { workers: 1 } };

export interface Stage {
  readonly disk: MadeDisk;
  readonly nginx: FoundNginx;
  readonly tls: boolean;
}

/** An appliance listens on the port named, where one is. */
export async function startContender(name: ContenderName, stage: Stage, port?: number): Promise<Contender> {
  switch (name) {
    case 'nginx':
      return startHandTuned(stage);
    case 'pipe':
    case 'bare-node':
      return startPlain(name, stage);
    case 'nginx-engine':
      return startOca(name, { ...stage, port }, BEHIND_NGINX);
    case 'nginx-engine-logged':
      return startOca(name, { ...stage, port }, { ...BEHIND_NGINX, requestLogFile: 'requests.log' });
    case 'node':
      return startOca(name, { ...stage, port }, {});
    case 'node-threads':
      return startOca(name, { ...stage, port }, { workers: 2 });
    case 'node-pooled':
      return startOca(name, { ...stage, port }, {}, { PRESSPLAY_NATIVE: 'off' });
    case 'node-pinned':
      return startOca(name, { ...stage, port }, { pinnedBytes: PINNED_BYTES }, { PRESSPLAY_NATIVE: 'off' });
  }
}

/** As somebody who knows nginx would set it up for this alone: no token, no headers of ours, one worker. */
async function startHandTuned({ disk, nginx, tls }: Stage): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'hand-tuned-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'];
  const tlsLines =
    tls && disk.tls
      ? `ssl_certificate ${disk.tls.certificateFile}; ssl_certificate_key ${disk.tls.keyFile}; ssl_conf_command Options KTLS;`
      : '';
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
events { worker_connections ${MAX_CONNECTIONS}; }
http {
  access_log off; default_type video/mp4; sendfile on; tcp_nopush off; sendfile_max_chunk 1m;
  open_file_cache max=10000 inactive=60s; open_file_cache_valid 60s; keepalive_requests 100000000;
  ${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join(' ')}
  server { listen ${HOST}:${port}${tlsLines === '' ? '' : ' ssl'} backlog=4096; ${tlsLines} root ${disk.folder}; }
}
`,
  );
  const child = spawn(nginx.binary, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const paths = disk.fileIds.map((fileId) => `/${fileId}`);
  return contender('nginx', child, { port, paths }, () => rmSync(folder, { recursive: true, force: true }));
}

async function startPlain(name: 'pipe' | 'bare-node', { disk, tls }: Stage): Promise<Contender> {
  const child = fork(programPath(name === 'pipe' ? 'pipe' : 'bare'));
  child.send({ folder: disk.folder, ...(tls && disk.tls && { tls: disk.tls }) });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return contender(name, child, { port, paths: disk.fileIds.map((fileId) => `/${fileId}`) });
}

async function startOca(
  name: ContenderName,
  { disk, tls, port: wanted }: Stage & { readonly port: number | undefined },
  { requestLogFile, ...settings }: Readonly<Record<string, unknown>> & { readonly requestLogFile?: string },
  env: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-oca-'));
  // An appliance that root starts becomes somebody else before it writes its log.
  chmodSync(folder, 0o755);
  const port = wanted ?? (await freePort());
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      ...ocaConfig(disk, port),
      ...(tls && { tls: disk.tls }),
      ...(requestLogFile !== undefined && { requestLogFile: join(folder, requestLogFile) }),
      ...settings,
    }),
  );
  const child = fork(programPath('oca'), {
    env: { ...process.env, ...env, PRESSPLAY_CONFIG: join(folder, 'config.json') },
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${name} did not start`);
    }),
  ]);
  const token = mediaToken();
  const paths = disk.fileIds.map((fileId) => `/${token}/${fileId}`);
  return contender(name, child, { port, paths }, () => rmSync(folder, { recursive: true, force: true }));
}

function ocaConfig(disk: MadeDisk, port: number): object {
  return {
    ocaId: 'bench-1-a',
    siteId: 'bench-1',
    baseUrl: `http://${HOST}:${port}`,
    // Nothing is to be shed here, and no player is told to leave.
    capacityBps: 1e13,
    maxConnections: MAX_CONNECTIONS,
    urlKey: URL_KEY,
    ocaToken: 'bench-oca-token-0123456789',
    controlToken: 'bench-control-0123456789',
    regions: [],
    routes: [],
    host: HOST,
    port,
    disks: [disk.folder],
    logLevel: 'warn',
  };
}

function mediaToken(): string {
  const expiresAtS = Math.floor(Date.now() / 1000) + 6 * 3600;
  const claims = { expiresAtS, playId: '0123456789abcdef0123456789abcdef', scope: TITLE };
  return signMediaToken(claims, URL_KEY, (key, text) => createHmac('sha256', key).update(text).digest('hex'));
}

function contender(
  name: string,
  child: ChildProcess,
  { port, paths }: { readonly port: number; readonly paths: readonly string[] },
  tidy = (): void => {},
): Contender {
  const gone = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
    tidy();
  };
  return {
    name,
    pid: child.pid ?? 0,
    target: { host: HOST, port, paths, fileBytes: FILE_BYTES },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
