import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

export interface PipeOrder {
  readonly folder: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
}

/** A range as most servers in Node send it: a stream of the file, piped into the response. */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const path = join(folder, basename(request.url ?? ''));
  const { size } = statSync(path);
  const [, first = '0', last = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const [start, end] = [Number(first), Number(last)];
  response.writeHead(206, {
    'Content-Type': 'video/mp4',
    'Content-Length': end - start + 1,
    'Content-Range': `bytes ${start}-${end}/${size}`,
  });
  createReadStream(path, { start, end }).pipe(response);
}

process.once('message', ({ folder, tls }: PipeOrder) => {
  const handler = (request: IncomingMessage, response: ServerResponse): void => serve(folder, request, response);
  const server = tls
    ? createTlsServer({ cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) }, handler)
    : createServer(handler);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.on('disconnect', () => process.exit(0));
