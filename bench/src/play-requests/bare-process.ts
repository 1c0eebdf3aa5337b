import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readUsage } from './measured-process.ts';

export type BareOrder = { readonly order: 'begin'; readonly sizeBytes: number } | { readonly order: 'usage' };

/** The least that Node does for an answer of this size: read the request, write bytes that were there before. */
process.on('message', (order: BareOrder) => {
  if (order.order === 'usage') {
    process.send?.({ usage: readUsage() });
    return;
  }
  const answer = Buffer.alloc(order.sizeBytes, 'x');
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
      response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ url: `http://127.0.0.1:${port}` });
  });
});
process.on('disconnect', () => process.exit());
