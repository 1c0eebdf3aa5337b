import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

/** The least that a server on node:http can do: a range of a file in memory, three headers, nothing checked. */
process.once('message', ({ folder }: { readonly folder: string }) => {
  const files = new Map<string, Buffer>();
  const fileOf = (name: string): Buffer => {
    const bytes = files.get(name) ?? readFileSync(join(folder, name));
    files.set(name, bytes);
    return bytes;
  };
  const server = createServer((request, response) => {
    const bytes = fileOf(basename(request.url ?? ''));
    const [, first = '0', last = String(bytes.length - 1)] =
      /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(first), Number(last)];
    response.writeHead(206, {
      'Content-Type': 'video/mp4',
      'Content-Length': end - start + 1,
      'Content-Range': `bytes ${start}-${end}/${bytes.length}`,
    });
    response.end(bytes.subarray(start, end + 1));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.on('disconnect', () => process.exit(0));
