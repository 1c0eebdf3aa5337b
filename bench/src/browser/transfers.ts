import type { Page } from '@playwright/test';

/** One request for media, as the network layer saw it: nothing that a player says of itself. */
export interface Transfer {
  readonly host: string;
  readonly fileId: string;
  readonly startByte: number;
  readonly endByte: number;
  /** Unix time in milliseconds. */
  readonly askedAtMs: number;
  receivedBytes: number;
  /** Unix time in milliseconds; undefined while it runs. */
  endedAtMs: number | undefined;
}

/** `{base}/{token}/{fileId}` with a range; undefined for everything else. */
export function beginTransfer(url: string, range: string | undefined, askedAtMs: number): Transfer | undefined {
  const { host, pathname } = new URL(url);
  const fileId = /\/([0-9a-f]{32})$/.exec(pathname)?.[1];
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (!fileId || first === undefined || last === undefined) return undefined;
  return {
    host,
    fileId,
    startByte: Number(first),
    endByte: Number(last) + 1,
    askedAtMs,
    receivedBytes: 0,
    endedAtMs: undefined,
  };
}

/** Every media request of the page from now on, kept current while they run. */
export async function watchTransfers(page: Page): Promise<readonly Transfer[]> {
  const session = await page.context().newCDPSession(page);
  const transfers: Transfer[] = [];
  const running = new Map<string, Transfer>();
  session.on('Network.requestWillBeSent', ({ requestId, request, wallTime }) => {
    if (request.method !== 'GET') return;
    const transfer = beginTransfer(request.url, request.headers.Range ?? request.headers.range, wallTime * 1000);
    if (!transfer) return;
    transfers.push(transfer);
    running.set(requestId, transfer);
  });
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    const transfer = running.get(requestId);
    if (transfer) transfer.receivedBytes += dataLength;
  });
  const end = ({ requestId }: { requestId: string }): void => {
    const transfer = running.get(requestId);
    if (transfer) transfer.endedAtMs = unixNowMs();
    running.delete(requestId);
  };
  session.on('Network.loadingFinished', end);
  session.on('Network.loadingFailed', end);
  await session.send('Network.enable');
  return transfers;
}

export const unixNowMs = (): number => performance.timeOrigin + performance.now();
