import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createOca, listen, NodeDiskStore } from '@pressplay/mock-oca/node';

const MOST_BYTES = 4 * 1024 * 1024;

export interface ServingOrder {
  /** Ours, ours where Node alone is to be had, the usual way (a stream piped into the response), or no disk at all. */
  readonly kind: 'kernel' | 'plain' | 'pipe' | 'memory';
  readonly folders: readonly string[];
  readonly urlKey: string;
  /** The files most wanted, which `plain` keeps in memory. */
  readonly hot: readonly string[];
  readonly pinnedBytes: number;
}

async function serveOurs({ kind, folders, urlKey, hot, pinnedBytes }: ServingOrder): Promise<string> {
  const log = (): void => {};
  const disks = await NodeDiskStore.open(folders, log, kind === 'plain' ? { native: undefined, pinnedBytes } : {});
  disks.rank(hot);
  const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const oca = createOca({
    config: {
      ocaId: 'bench',
      siteId: 'bench',
      baseUrl: 'http://127.0.0.1',
      capacityBps: 1e12,
      urlKey,
      ocaToken: 'oca-token-0123456789',
      controlToken: 'control-token-0123456789',
      regions: [],
      routes: [],
    },
    disks,
    http: () => Promise.reject(new Error('nobody to ask')),
    clock: {
      nowMs: () => performance.now(),
      wallMs: () => Date.now(),
      schedule: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    hmac,
    sha256: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
    },
    log,
  });
  return (await listen(oca, { host: '127.0.0.1', port: 0 })).url;
}

/** As most servers in Node do it. */
function servePipe({ folders }: ServingOrder): Promise<string> {
  return listening((request, response) => {
    const [, fileId = '', first = '0', last = '0'] =
      /^\/([0-9a-f]+) bytes=(\d+)-(\d+)$/.exec(`${request.url} ${request.headers.range}`) ?? [];
    const [start, end] = [Number(first), Number(last)];
    const stream = createReadStream(join(folders[0] ?? '', fileId), { start, end });
    stream.once('error', () => response.destroy());
    response.once('close', () => stream.destroy());
    response.writeHead(206, { 'Content-Length': end - start + 1, 'Content-Type': 'video/mp4' });
    stream.pipe(response);
  });
}

/** Whatever is asked for, out of one buffer. */
function serveMemory(): Promise<string> {
  const bytes = Buffer.alloc(MOST_BYTES);
  return listening((request, response) => {
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const wanted = Math.min(Number(last) - Number(first) + 1, MOST_BYTES);
    response.writeHead(206, { 'Content-Length': wanted, 'Content-Type': 'video/mp4' });
    response.end(bytes.subarray(0, wanted));
  });
}

function listening(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function serve(order: ServingOrder): Promise<string> {
  if (order.kind === 'pipe') return servePipe(order);
  return order.kind === 'memory' ? serveMemory() : serveOurs(order);
}

process.on('message', async (order: ServingOrder) => {
  process.send?.({ url: await serve(order) });
});
process.on('disconnect', () => process.exit());
