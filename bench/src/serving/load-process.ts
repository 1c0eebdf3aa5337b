import { Agent, get } from 'node:https';
import { DiscardSockets } from './discard-sockets.ts';

export interface LoadTarget {
  readonly host: string;
  readonly port: number;
  readonly paths: readonly string[];
  readonly fileBytes: number;
}

export type LoadOrder =
  /** So many ranges over so many connections that stay. */
  | {
      readonly order: 'ranges' | 'tls';
      readonly target: LoadTarget;
      readonly rangeBytes: number;
      readonly requests: number;
      readonly connections: number;
    }
  /** Connections that have asked once and say nothing, and ones whose answers are not taken; until the next order. */
  | { readonly order: 'hold'; readonly target: LoadTarget; readonly idle: number; readonly active: number }
  | { readonly order: 'release' };

const HELD_RECEIVE_BYTES = 16_384;
let sockets: DiscardSockets | undefined;
let held: number[] = [];

async function perform(order: LoadOrder): Promise<void> {
  if (order.order === 'ranges') return ranges(order);
  if (order.order === 'tls') return tlsRanges(order);
  if (order.order === 'hold') return hold(order);
  for (const fd of held) sockets?.close(fd);
  held = [];
}

function startOf(target: LoadTarget, rangeBytes: number, request: number): number {
  // Spread over the file without a pattern that a cache could follow.
  return Math.floor(((request * 0.618_033_988_7) % 1) * (target.fileBytes - rangeBytes + 1));
}

const pathOf = ({ paths }: LoadTarget, request: number): string => paths[request % paths.length] ?? '';

function ranges({
  target,
  rangeBytes,
  requests,
  connections,
}: Extract<LoadOrder, { readonly requests: number }>): void {
  sockets ??= new DiscardSockets();
  const fds = Array.from({ length: connections }, () => sockets?.open(target.host, target.port) ?? -1);
  const ask = (request: number): void => {
    const fd = fds[request % connections] ?? -1;
    sockets?.ask(fd, pathOf(target, request), startOf(target, rangeBytes, request), rangeBytes);
  };
  for (let request = 0; request < Math.min(connections, requests); request++) ask(request);
  for (let request = 0; request < requests; request++) {
    const fd = fds[request % connections] ?? -1;
    sockets.takeBody(fd, sockets.takeHead(fd, rangeBytes));
    if (request + connections < requests) ask(request + connections);
  }
  for (const fd of fds) sockets.close(fd);
}

async function tlsRanges(order: Extract<LoadOrder, { readonly requests: number }>): Promise<void> {
  const { target, rangeBytes, requests, connections } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: false });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let request = next++; request < requests; request = next++) await tlsRange(agent, target, rangeBytes, request);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
}

function tlsRange(agent: Agent, target: LoadTarget, rangeBytes: number, request: number): Promise<void> {
  const start = startOf(target, rangeBytes, request);
  const { host, port } = target;
  const headers = { range: `bytes=${start}-${start + rangeBytes - 1}` };
  return new Promise((resolve, reject) => {
    const asked = get({ agent, host, port, path: pathOf(target, request), headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('error', reject);
      answer.on('end', () => (bytes === rangeBytes ? resolve() : reject(new Error(`${bytes} bytes of ${rangeBytes}`))));
    });
    asked.on('error', reject);
  });
}

function hold({ target, idle, active }: Extract<LoadOrder, { readonly idle: number }>): void {
  sockets ??= new DiscardSockets();
  for (let request = 0; request < idle; request++) {
    const fd = sockets.open(target.host, target.port, HELD_RECEIVE_BYTES);
    held.push(fd);
    sockets.ask(fd, pathOf(target, request), 0, 1);
    sockets.takeBody(fd, sockets.takeHead(fd, 1));
  }
  for (let request = 0; request < active; request++) {
    const fd = sockets.open(target.host, target.port, HELD_RECEIVE_BYTES);
    held.push(fd);
    sockets.ask(fd, pathOf(target, request), 0, target.fileBytes);
    sockets.takeHead(fd, target.fileBytes);
  }
}

process.on('message', (order: LoadOrder) => {
  perform(order).then(
    () => process.send?.({ done: true }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
