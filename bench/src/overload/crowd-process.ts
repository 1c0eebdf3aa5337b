import { randomBytes } from 'node:crypto';
import { Agent, get } from 'node:http';
import { fillPlayId } from '@pressplay/protocol/wire';
import { type CrowdOrder, type CrowdTally, WORKS, type Work } from './crowd-order.ts';
import { mediaPath } from './media-path.ts';

const BARE_EVERY_MS = 20;

interface Asker {
  readonly work: Work;
  readonly path: string;
  segments: number;
}

type Outcome = 'in-time' | 'late' | 'refused' | 'broken';

async function perform(order: CrowdOrder): Promise<CrowdTally> {
  const crowd = new Crowd(order);
  await crowd.run();
  return crowd.tally();
}

/** Everybody who asks one server, each by his own clock. */
class Crowd {
  readonly #order: CrowdOrder;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #seats: (Asker | undefined)[] = [];
  readonly #outcomes: { readonly work: Work; readonly outcome: Outcome }[] = [];
  readonly #refusedAfterMs: number[] = [];
  readonly #bareAfterMs: number[] = [];
  #turnedAway = 0;
  #sentAway = 0;

  constructor(order: CrowdOrder) {
    this.#order = order;
  }

  async run(): Promise<void> {
    const { askers, everyMs, warmUpMs, measuredMs } = this.#order;
    const startMs = performance.now();
    const measuredFromMs = startMs + warmUpMs;
    const endMs = measuredFromMs + measuredMs;
    const bare = this.#askBare(measuredFromMs, endMs);
    await Promise.all(
      askers.map(async (_, index) => {
        const asked: Promise<void>[] = [];
        // In an order in which neighbours in the list are no neighbours in time.
        const phase = (index * 0.618_033_988_7) % 1;
        for (let atMs = startMs + phase * everyMs; atMs < endMs; atMs += everyMs) {
          await pause(atMs - performance.now());
          asked.push(this.#ask(index, atMs >= measuredFromMs));
        }
        await Promise.all(asked);
      }),
    );
    await bare;
    this.#agent.destroy();
  }

  async #askBare(fromMs: number, endMs: number): Promise<void> {
    const { host, barePort: port } = this.#order;
    for (let atMs = fromMs; atMs < endMs; atMs += BARE_EVERY_MS) {
      await pause(atMs - performance.now());
      const askedAtMs = performance.now();
      await new Promise<void>((resolve, reject) => {
        get({ agent: this.#agent, host, port }, (answer) => {
          this.#bareAfterMs.push(performance.now() - askedAtMs);
          answer.resume().on('end', resolve);
        }).on('error', reject);
      });
    }
  }

  tally(): CrowdTally {
    const count = (work: Work, outcome?: Outcome): number =>
      this.#outcomes.filter((one) => one.work === work && (outcome === undefined || one.outcome === outcome)).length;
    const of = (work: Work) => ({
      asked: count(work),
      inTime: count(work, 'in-time'),
      refused: count(work, 'refused'),
    });
    const every = (outcome: Outcome): number => WORKS.reduce((sum, work) => sum + count(work, outcome), 0);
    return {
      byWork: { viewer: of('viewer'), copy: of('copy'), probe: of('probe') },
      broken: every('broken'),
      late: every('late'),
      refusedAfterMs: this.#refusedAfterMs,
      bareAfterMs: this.#bareAfterMs,
      turnedAway: this.#turnedAway,
      sentAway: this.#sentAway,
    };
  }

  async #ask(seat: number, isMeasured: boolean): Promise<void> {
    const asker = this.#seats[seat] ?? this.#newcomer(seat);
    this.#seats[seat] = asker;
    const segment = asker.segments++;
    const { outcome, headAfterMs } = await this.#segment(asker.path, segment);
    // Whoever is refused goes to another server, and somebody else comes.
    if (outcome === 'refused' && this.#seats[seat] === asker) this.#seats[seat] = undefined;
    if (!isMeasured) return;
    this.#outcomes.push({ work: asker.work, outcome });
    if (outcome !== 'refused') return;
    this.#refusedAfterMs.push(headAfterMs);
    if (asker.work !== 'viewer') return;
    if (segment === 0) this.#turnedAway += 1;
    else this.#sentAway += 1;
  }

  #newcomer(seat: number): Asker {
    const { askers, fileIds } = this.#order;
    const work = askers[seat] ?? 'viewer';
    const playId = work === 'copy' ? fillPlayId(`bench-1-${seat}`) : randomBytes(16).toString('hex');
    const path = mediaPath(playId, fileIds[seat % fileIds.length] ?? '');
    return { work, path: work === 'probe' ? `${path}?CMCD=nr` : path, segments: 0 };
  }

  #segment(path: string, segment: number): Promise<{ readonly outcome: Outcome; readonly headAfterMs: number }> {
    const { host, port, segmentBytes, fileBytes, everyMs } = this.#order;
    const first = (segment % Math.floor(fileBytes / segmentBytes)) * segmentBytes;
    const headers = { range: `bytes=${first}-${first + segmentBytes - 1}` };
    const askedAtMs = performance.now();
    return new Promise((resolve) => {
      const request = get({ agent: this.#agent, host, port, path, headers }, (answer) => {
        const headAfterMs = performance.now() - askedAtMs;
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.on('error', () => resolve({ outcome: 'broken', headAfterMs }));
        answer.on('end', () => {
          const isWhole = answer.statusCode === 206 && bytes === segmentBytes;
          const whole: Outcome = performance.now() - askedAtMs <= everyMs ? 'in-time' : 'late';
          resolve({ outcome: answer.statusCode === 503 ? 'refused' : isWhole ? whole : 'broken', headAfterMs });
        });
      });
      request.on('error', () => resolve({ outcome: 'broken', headAfterMs: performance.now() - askedAtMs }));
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

process.on('message', (order: CrowdOrder) => {
  perform(order).then(
    (tally) => process.send?.({ tally }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
