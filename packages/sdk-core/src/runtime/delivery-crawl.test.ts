import { describe, expect, it } from 'vitest';
import { DeliveryWorld } from '../testing/delivery-world.ts';

interface Film {
  readonly serverCount: number;
  readonly mediaBps: number;
  readonly segmentMs: number;
  readonly chunkBytes: number;
  /** Of the time in which the buffer is full. */
  readonly idleShare: number;
}

/** So low that the bytes of a crawl come about as fast as they play. */
const LEAST: Film = { serverCount: 4, mediaBps: 180_000, segmentMs: 4000, chunkBytes: 2048, idleShare: 0.02 };
const GOOD: Film = { serverCount: 2, mediaBps: 2_500_000, segmentMs: 2000, chunkBytes: 16_384, idleShare: 1 };
const SEGMENTS = 12;
const BUFFER_MS = 9000;

interface Crawl {
  /** When the server in use falls, and to what. */
  readonly fromMs: number;
  readonly bps: number;
  /** What happened before. */
  readonly before?: (world: DeliveryWorld) => void;
}

interface Outcome {
  /** From the fall to the first media asked of somebody else. */
  readonly movedMs: number;
  readonly stalledMs: number;
  readonly lostBytes: number;
}

/** Segment after segment, with 9 s of buffer, while the server in use, of 8 Mbit/s as all, falls to a crawl. */
async function playThrough(film: Film, { fromMs, bps, before }: Crawl): Promise<Outcome> {
  const { serverCount, mediaBps, segmentMs, chunkBytes, idleShare } = film;
  const segmentBytes = (mediaBps * segmentMs) / 8000;
  const world = new DeliveryWorld({ serverCount, sizeBytes: SEGMENTS * segmentBytes, averageBps: mediaBps });
  for (const server of world.servers) Object.assign(server, { rateBps: 8_000_000, latencyMs: 40, chunkBytes });
  before?.(world);
  world.delivery.startProbing();
  let crawls: string | undefined;
  let sinceMs = Number.NaN;
  world.after(fromMs, () => {
    crawls = world.delivery.currentOcaId();
    sinceMs = world.clock.nowMs();
    const server = world.servers.find(({ name }) => name === crawls);
    if (server) server.rateBps = bps;
  });
  let bufferMs = BUFFER_MS;
  let stalledMs = 0;
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const startByte = segment * segmentBytes;
    const fetched = await world.fetch({ startByte, endByte: startByte + segmentBytes, neededInMs: bufferMs });
    expect(fetched.problems).toEqual([]);
    stalledMs += Math.max(0, fetched.tookMs - bufferMs);
    bufferMs = Math.max(0, bufferMs - fetched.tookMs) + segmentMs;
    const idleMs = Math.max(0, bufferMs - BUFFER_MS) * idleShare;
    await world.clock.advance(idleMs);
    bufferMs = Math.min(BUFFER_MS, bufferMs - idleMs);
  }
  world.delivery.close();
  const other = world.http.exchanges.find(({ atMs, serverName, range }) => {
    const isProbe = range !== undefined && range[1] - range[0] === 2048 && range[1] <= 4096;
    return atMs >= sinceMs && serverName !== crawls && !isProbe;
  });
  const movedMs = other ? other.atMs - sinceMs : Number.POSITIVE_INFINITY;
  return { movedMs, stalledMs, lostBytes: world.delivery.ledger().bytes.lostBytes };
}

describe('a server that falls to a crawl while the lowest rendition is played', () => {
  it.each([
    ['half of what plays', 100_000],
    ['about what plays, so that the buffer hides it', 200_000],
  ])('to %s is left within three seconds, though little is missing of each segment', async (_, bps) => {
    for (let fromMs = 50; fromMs < 900; fromMs += 35) {
      const { movedMs, stalledMs } = await playThrough(LEAST, { fromMs, bps });
      expect(movedMs).toBeLessThan(3000);
      expect(stalledMs).toBe(0);
    }
  });
});

describe('a server that falls to a crawl where the only other one failed a moment ago', () => {
  const failedOnce = (world: DeliveryWorld): void => {
    const [, other] = world.servers;
    if (!other) return;
    other.fault = { kind: 'silence' };
    world.after(1600, () => {
      other.fault = undefined;
    });
  };

  it('is helped by that one before the buffer ends, whatever was under way: nothing is lost by asking it for the end', async () => {
    const oneSegment = Array.from({ length: 16 }, (_, step) => step * 125);
    for (const fromMs of [...oneSegment.map((ms) => 1700 + ms), ...oneSegment.map((ms) => 12_000 + ms)]) {
      const { movedMs, stalledMs } = await playThrough(GOOD, { fromMs, bps: 200_000, before: failedOnce });
      expect({ fromMs, isLeft: movedMs < BUFFER_MS, stalledMs }).toEqual({ fromMs, isLeft: true, stalledMs: 0 });
    }
  });

  it('is left for it within a few seconds of its return, though too little is missing of any segment to share', async () => {
    const film = { ...LEAST, serverCount: 2, segmentMs: 2000, idleShare: 1 };
    for (let fromMs = 1700; fromMs < 3700; fromMs += 250) {
      const { movedMs, stalledMs } = await playThrough(film, { fromMs, bps: 100_000, before: failedOnce });
      expect({ fromMs, isLeft: movedMs < 16_000, stalledMs }).toEqual({ fromMs, isLeft: true, stalledMs: 0 });
    }
  });
});
