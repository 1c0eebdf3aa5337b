import { Agent, get } from 'node:http';

export interface ViewersOrder {
  readonly order: 'watch';
  readonly urls: readonly string[];
  readonly sizeBytes: number;
  /** Where each begins. */
  readonly startByte: number;
  readonly rangeBytes: number;
  /** Between two requests of a viewer. */
  readonly pauseMs: number;
}

export interface Watched {
  readonly bytes: number;
  readonly tookMs: readonly number[];
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
let bytes = 0;
let tookMs: number[] = [];
let round = 0;

/** Resolves when the range is here, or did not come. */
function ask(url: string, first: number, last: number): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, { agent, headers: { range: `bytes=${first}-${last}` } }, (response) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('close', resolve);
    });
    request.once('error', () => resolve());
  });
}

async function watch(url: string, order: ViewersOrder): Promise<void> {
  const { sizeBytes, rangeBytes, pauseMs, startByte } = order;
  const ofRound = round;
  for (let at = startByte; ofRound === round; at = at + 2 * rangeBytes > sizeBytes ? 0 : at + rangeBytes) {
    const askedAtMs = performance.now();
    await ask(url, at, at + rangeBytes - 1);
    if (ofRound !== round) return;
    tookMs.push(performance.now() - askedAtMs);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

process.on('message', (order: ViewersOrder | { readonly order: 'stop' }) => {
  round += 1;
  if (order.order === 'watch') {
    bytes = 0;
    tookMs = [];
    for (const url of order.urls) void watch(url, order);
    process.send?.({});
    return;
  }
  process.send?.({ bytes, tookMs });
  agent.destroy();
});
process.on('disconnect', () => process.exit());
