import { ALGOS, type HarnessConfig } from './abr-adapter.ts';
import { optimum } from './abr-optimum.ts';
import { Link, play, type Worth } from './abr-play.ts';
import { generatedTraces, randomFrom, recordedTraces, type Trace } from './abr-traces.ts';

/** Of one rule on one family of traces. */
export interface OwnRow {
  readonly algo: string;
  readonly family: string;
  readonly buffer: number;
  readonly n: number;
  /** Of the best plan that knows the future; absent where that is worth next to nothing in every session. */
  readonly share?: number;
  readonly rebufRatio: number;
}

const LADDER_KBPS = [300, 600, 1000, 1800, 3000, 4500, 7000, 11000];
const SEGMENT_MS = 4000;
const SEGMENTS = 60;
const SEED = 7;
const PER_FAMILY = 6;
const BUFFERS_S = [60, 30, 12];
/** Sessions in which the best possible is worth less than this part of the best rendition say nothing by a ratio. */
const LEAST_OPTIMUM = 0.1;

/** Our rules on generated traces, or on the recordings in a folder, against a plan that knows the future. */
export function runOwn(algos: readonly string[], quality: 'lin' | 'log', folder?: string): readonly OwnRow[] {
  const traces = folder === undefined ? generatedTraces(SEED, PER_FAMILY) : recordedTraces(folder);
  const families = [...new Set(traces.map(({ family }) => family))];
  const video = { L: SEGMENT_MS, kbps: LADDER_KBPS, sizes: sizesOf(LADDER_KBPS) };
  const worth = worthOf(quality);
  return BUFFERS_S.flatMap((buffer) => {
    const config = { video, bufferMs: buffer * 1000, qoe: quality };
    return families.flatMap((family) => {
      const links = traces.filter((trace) => trace.family === family).map((trace: Trace) => new Link(trace));
      const best = links.map((link) => optimum(link, config, worth));
      return algos.map((algo) => ({ algo, family, buffer, ...measure(algo, links, best, config, worth) }));
    });
  });
}

function measure(algo: string, links: readonly Link[], best: readonly number[], config: HarnessConfig, worth: Worth) {
  const rule = ALGOS[algo as keyof typeof ALGOS];
  if (!rule) throw new RangeError(`There is no rule "${algo}".`);
  const plays = links.map((link) => play(link, config, worth, rule.make(config)));
  const counting = plays.map((_, at) => at).filter((at) => (best[at] ?? 0) > LEAST_OPTIMUM * worth.waitPrice);
  const of = (values: readonly number[]): number => counting.reduce((sum, at) => sum + (values[at] ?? 0), 0);
  const rebufRatio = plays.reduce((sum, { rebuffering }) => sum + rebuffering, 0) / plays.length;
  const share = of(plays.map((played) => played.worth)) / of(best);
  return { n: plays.length, rebufRatio, ...(counting.length > 0 && { share }) };
}

function worthOf(quality: 'lin' | 'log'): Worth {
  const [lowest = 1] = LADDER_KBPS;
  const qualities = LADDER_KBPS.map((kbps) => (quality === 'log' ? Math.log(kbps / lowest) : kbps / 1000));
  return { qualities, waitPrice: Math.max(...qualities) };
}

/** Scenes need more or less than the average, in all renditions alike. */
function sizesOf(ladderKbps: readonly number[]): readonly (readonly number[])[] {
  const random = randomFrom(SEED);
  return Array.from({ length: SEGMENTS }, () => {
    const scene = Math.exp(0.5 * (random() - 0.5));
    return ladderKbps.map((kbps) => kbps * SEGMENT_MS * scene);
  });
}
