import type { CatalogTitle } from '@pressplay/protocol/messages';
import { type Transfer, unixNowMs } from '../browser/transfers.ts';
import { breakServer, type FaultName, mendServer } from './faults.ts';
import type { Lane } from './lane-fleet.ts';
import { isProbe, type Superfluous, standstills, superfluous } from './measure.ts';
import type { WatchedPlay } from './watched-play.ts';

export interface Failure extends Superfluous {
  /** From the fault, by the server's own log where it cuts answers, to the first request for video at another server;
   *  undefined: none came. */
  readonly nextServerMs: number | undefined;
  readonly stallMs: number;
  /** Standing still with media at hand: a player, or a browser that could not draw. */
  readonly stoodMs: number;
  /** The longest time in which nobody read the playhead: how late the machine, or the process that plays, was. */
  readonly unwatchedMs: number;
  /** The player gave up. */
  readonly failed: string | undefined;
  /** Still standing when we stopped watching. */
  readonly standing: boolean;
  readonly bufferedS: number;
}

/** How long a player that finds no other server is watched. */
export const LIMIT_MS = 30_000;
/** Longer than the buffer lasts: what would stall has stalled. */
const WATCH_MS = 11_000;
const START_LIMIT_MS = 30_000;
const POLL_MS = 15;
/** The server's clock and the player's, on one machine. */
const CLOCKS_DIFFER_MS = 5;
/** A segment with a middle: a second's third on an 8 Mbit/s link. */
const LARGE_BYTES = 300_000;
const BUFFERED_S = { least: 7, most: 9.5 };
/** As many as a buffer holds: a smaller segment still ahead could yet be replaced by a better one, whatever breaks. */
const LARGE_BEFORE = 5;

/** Breaks the server in the middle of a large segment, with 7 to 9 s buffered, and watches what the player makes of it. */
export async function failOnce(play: WatchedPlay, lane: Lane, fault: FaultName, screenshot?: string): Promise<Failure> {
  const { fleet, title } = lane;
  const { transfer, bufferedS } = await middleOfSegment(play, lane).catch(async (error: unknown) => {
    await play.close();
    throw error;
  });
  const broken = fleet.ocas.find(({ baseUrl }) => baseUrl.endsWith(transfer.host));
  if (!broken) throw new Error(`${transfer.host} is no server of the fleet.`);
  const switchedAtMs = await breakServer(fleet, broken.ocaId, fault);
  const faultAtMs = await cutAtMs(lane, broken.ocaId, switchedAtMs);
  try {
    const askedAtMs = (): number | undefined => firstVideoRequest(play.transfers, title, transfer.host, faultAtMs);
    await watch(play, faultAtMs, askedAtMs);
    if (screenshot !== undefined) await play.screenshot(screenshot);
    const moments = await play.moments();
    const { withoutMediaMs, withMediaMs, unwatchedMs } = standstills(moments, faultAtMs);
    const asked = askedAtMs();
    return {
      nextServerMs: asked === undefined ? undefined : asked - faultAtMs,
      stallMs: withoutMediaMs,
      stoodMs: withMediaMs,
      unwatchedMs,
      ...superfluous(play.transfers, title, faultAtMs),
      failed: (await play.failures())[0],
      standing: moments.at(-1)?.positionS === moments.at(-20)?.positionS,
      bufferedS,
    };
  } finally {
    await play.close();
    await mendServer(fleet, broken.ocaId, fault, title.titleId);
  }
}

async function middleOfSegment(
  play: WatchedPlay,
  { title }: Lane,
): Promise<{ readonly transfer: Transfer; readonly bufferedS: number }> {
  const videoFiles = new Set(title.renditions.filter(({ kind }) => kind === 'video').map(({ fileId }) => fileId));
  const giveUpAtMs = performance.now() + START_LIMIT_MS;
  while (performance.now() < giveUpAtMs) {
    const large = play.transfers.filter((one) => videoFiles.has(one.fileId) && sizeBytes(one) >= LARGE_BYTES);
    const transfer = large.find(isInTheMiddle);
    if (transfer && large.length > LARGE_BEFORE) {
      const { bufferedS } = await play.now();
      const isEnough = bufferedS >= BUFFERED_S.least && bufferedS <= BUFFERED_S.most;
      if (isEnough && isInTheMiddle(transfer)) return { transfer, bufferedS };
    }
    await sleep(POLL_MS);
  }
  const { bufferedS } = await play.now();
  const largestBytes = Math.max(0, ...play.transfers.map(sizeBytes));
  const seen = `the largest range asked for had ${largestBytes} bytes, ${bufferedS.toFixed(1)} s are buffered`;
  throw new Error(`No middle of a large segment came: ${[seen, ...(await play.failures())].join('; ')}`);
}

const sizeBytes = ({ startByte, endByte }: Transfer): number => endByte - startByte;

function isInTheMiddle(transfer: Transfer): boolean {
  const share = transfer.receivedBytes / sizeBytes(transfer);
  return transfer.endedAtMs === undefined && share > 0.3 && share < 0.65;
}

/** At least as long as the buffer lasts; then until the film runs from another server, or the limit. */
async function watch(play: WatchedPlay, faultAtMs: number, askedAtMs: () => number | undefined): Promise<void> {
  for (;;) {
    await sleep(500);
    const lastedMs = unixNowMs() - faultAtMs;
    if (lastedMs >= LIMIT_MS) return;
    if (lastedMs < WATCH_MS) continue;
    if ((await play.failures()).length > 0) return;
    const moments = await play.moments();
    const runs = moments.at(-1)?.positionS !== moments.at(-10)?.positionS;
    if (runs && askedAtMs() !== undefined) return;
  }
}

/** When the server cut its running answers, where the fault does that: switching it on takes a request of its own. */
async function cutAtMs({ fleet }: Lane, ocaId: string, switchedAtMs: number): Promise<number> {
  const log = await fleet.requestLog(ocaId);
  const cut = log.find((line) => line.phase === 'end' && line.outcome === 'reset' && line.atMs >= switchedAtMs);
  return cut?.atMs ?? switchedAtMs;
}

/** As its own network layer saw it: how soon the machine lets another server read the request is not the player's. */
function firstVideoRequest(
  transfers: readonly Transfer[],
  title: CatalogTitle,
  brokenHost: string,
  fromMs: number,
): number | undefined {
  const isVideo = ({ fileId }: Transfer): boolean =>
    title.renditions.some((rendition) => rendition.kind === 'video' && rendition.fileId === fileId);
  const asked = transfers
    .filter((one) => one.host !== brokenHost && one.askedAtMs >= fromMs - CLOCKS_DIFFER_MS && isVideo(one))
    .filter((one) => !isProbe(one));
  const firstAtMs = Math.min(...asked.map(({ askedAtMs }) => askedAtMs));
  return Number.isFinite(firstAtMs) ? Math.max(fromMs, firstAtMs) : undefined;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
