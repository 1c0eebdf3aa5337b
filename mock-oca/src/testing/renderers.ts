import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Oca } from '../app.ts';
import type { DiskStore } from '../disks/disk-store.ts';
import { NodeDiskStore, type NodeDiskStoreOptions } from '../disks/node/node-disk-store.ts';
import { findNginx } from '../engines/nginx/find-nginx.ts';
import { listenNginx } from '../engines/nginx/nginx-engine.ts';
import { WatchedDisks } from '../engines/nginx/watched-disks.ts';
import { listen } from '../engines/node/node-server.ts';
import type { TlsFiles } from '../engines/tls-files.ts';
import { isControlTarget } from '../faults/control-target.ts';
import type { RequestLogLine } from '../serving/request-log.ts';
import { hasOpenssl, makeCertificate } from './certificate.ts';
import type { OcaFixture } from './oca-fixture.ts';

const search = findNginx();

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The next bytes; undefined at the end. Rejects when the connection breaks. */
  read(): Promise<Uint8Array | undefined>;
  cancel(): void;
}

export interface Ask {
  readonly target: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Rendered {
  ask(ask: Ask): Promise<Answer>;
  /** For a host that reads the disks itself. */
  loseFiles?(): void;
  close(): Promise<void>;
}

export interface RenderedOnSocket extends Rendered {
  readonly url: string;
}

export interface Renderer {
  readonly name: string;
  /** Where its files must lie; in memory where absent. */
  readonly disks?: () => Promise<DiskStore>;
  readonly host: (fixture: OcaFixture) => Promise<Rendered>;
}

/** The hosts of the same plans. */
export const renderers: readonly Renderer[] = [
  {
    name: 'as a Response',
    host: async ({ oca }) => ({ ask: (ask) => askFunction(oca, ask), close: async () => oca.stop() }),
  },
  {
    name: 'as plain data',
    host: async ({ oca }) => ({ ask: (ask) => askPlainly(oca, ask), close: async () => oca.stop() }),
  },
  { name: 'on a Node socket', host: (fixture) => hostOnSocket(fixture) },
  ...(hasOpenssl
    ? [
        { name: 'on a Node socket by HTTPS', host: (fixture: OcaFixture) => hostEncrypted(fixture, askSocket) },
        { name: 'on a Node socket by HTTP/2', host: (fixture: OcaFixture) => hostEncrypted(fixture, askByHttp2) },
      ]
    : []),
  ...(search.ok ? [{ name: 'behind nginx', disks: folderDisks, host: hostBehindNginx }] : []),
];

/** What is written to a request log, as lines. */
export const linesOf = (text: string): RequestLogLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

export async function folderDisks(options: NodeDiskStoreOptions = {}): Promise<WatchedDisks> {
  const folder = mkdtempSync(join(tmpdir(), 'oca-disk-'));
  chmodSync(folder, 0o755);
  return new WatchedDisks(await NodeDiskStore.open([folder], () => {}, options));
}

export async function hostBehindNginx({ oca, config, disks, log }: OcaFixture): Promise<RenderedOnSocket> {
  if (!search.ok || !(disks instanceof WatchedDisks)) throw new Error('nginx serves folders.');
  const folders = disks.disks().map(({ disk }) => disk);
  const places = { nginx: search.nginx, host: '127.0.0.1', port: 0, workers: 1 };
  const requestLog = (text: string): void => void log.push(...linesOf(text));
  const engine = await listenNginx(oca, { ...places, config, disks, folders, log: () => {}, requestLog });
  return {
    url: engine.url,
    ask: async (ask) => {
      await engine.settled();
      return askSocket(engine.url, ask);
    },
    // What nginx cannot open it leaves to Node.
    loseFiles: () => folders.forEach((folder) => void rmSync(folder, { recursive: true })),
    close: async () => {
      oca.stop();
      await engine.close(0);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function askFunction(oca: Oca, { target, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const request = new Request(`http://oca${target}`, { method, headers, ...(body !== undefined && { body }) });
  const response = await oca.fetch(request, { clientAddress: '127.0.0.1' });
  const reader = response.body?.getReader();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    read: async () => (await reader?.read())?.value,
    cancel: () => void reader?.cancel(),
  };
}

async function askPlainly(oca: Oca, ask: Ask): Promise<Answer> {
  const { target, method = 'GET', headers = {} } = ask;
  if (isControlTarget(target)) return askFunction(oca, ask);
  const answer = oca.answer({ target, method, headers: lowerCased(headers), clientAddress: '127.0.0.1' });
  const plan = await answer.plan;
  return {
    status: plan.status,
    headers: lowerCased(plan.headers),
    read: () => answer.read(),
    cancel: () => answer.cancel(),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

type AskAt = (url: string, ask: Ask) => Promise<Answer>;

async function hostOnSocket({ oca }: OcaFixture, tls?: TlsFiles, askAt: AskAt = askSocket): Promise<Rendered> {
  const server = await listen(oca, { host: '127.0.0.1', port: 0, tls });
  return {
    ask: (ask) => askAt(server.url, ask),
    close: async () => {
      oca.stop();
      await server.close(0);
    },
  };
}

async function hostEncrypted(fixture: OcaFixture, askAt: AskAt): Promise<Rendered> {
  const certificate = makeCertificate();
  try {
    return await hostOnSocket(fixture, certificate, askAt);
  } finally {
    certificate.remove();
  }
}

/** With node:http, which sends a path as it is: `fetch` would tidy it up. */
export function askSocket(url: string, { target, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const { hostname, port, protocol } = new URL(url);
  const encrypted = protocol === 'https:';
  // Stays open after the answer: a client that closes the moment it has all bytes looks to a server like one that left.
  const agent = encrypted
    ? new SecureAgent({ keepAlive: true, rejectUnauthorized: false })
    : new Agent({ keepAlive: true });
  const send = encrypted ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({ hostname, port, path: target, method, headers, agent }, (message) => {
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers as Record<string, string>,
        read: readerOf(message),
        cancel: () => void message.destroy(),
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function askByHttp2(url: string, { target, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const session = connectHttp2(url, { rejectUnauthorized: false });
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    const stream = session.request({ ':path': target, ':method': method, ...headers });
    stream.once('error', reject);
    stream.once('close', () => session.close());
    stream.once('response', ({ ':status': status = 0, ...named }) => {
      resolve({
        status,
        headers: named as Record<string, string>,
        read: readerOf(stream),
        cancel: () => void stream.close(constants.NGHTTP2_CANCEL),
      });
    });
    stream.end(body);
  });
}

function readerOf(message: Readable): () => Promise<Uint8Array | undefined> {
  const chunks = message.iterator();
  return async () => {
    const { done, value } = await chunks.next();
    return done ? undefined : value;
  };
}

export async function readAll(answer: Answer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await answer.read(); chunk; chunk = await answer.read()) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

export async function readJson(
  answer: Answer,
): Promise<{ readonly error?: { readonly code: string } } & Record<string, unknown>> {
  return JSON.parse(Buffer.from(await readAll(answer)).toString());
}
