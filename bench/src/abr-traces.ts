import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How fast a network was, piece by piece; it repeats for ever. */
export interface Trace {
  readonly family: string;
  readonly name: string;
  readonly latencyMs: number;
  readonly pieces: readonly { readonly durationMs: number; readonly rateKbps: number }[];
}

const PIECE_MS = 2000;
const PIECES = 150;
/** A rate of nothing at all would make downloads endless. */
const LEAST_KBPS = 20;

type Random = () => number;
/** Draws the natural logarithms of a trace's rates in kbit/s, one for each piece. */
type Kind = (random: Random) => readonly number[];

const KINDS: Readonly<Record<string, Kind>> = {
  /** Fixed line: a level of its own, forgotten deviations. */
  broadband: (random) => drifting(random, { level: between(random, 1500, 9000), spread: 0.25, memory: 0.4 }),
  /** On the move: deviations are large and last. */
  mobile: (random) => drifting(random, { level: between(random, 900, 4000), spread: 0.8, memory: 0.92 }),
  /** Shared radio: every piece is a new draw. */
  bursty: (random) => drifting(random, { level: between(random, 2500, 9000), spread: 0.7, memory: 0 }),
  /** A good network that is lost now and then. */
  outages: (random) => {
    let lost = false;
    const steady = drifting(random, { level: between(random, 2500, 9000), spread: 0.2, memory: 0.6 });
    return steady.map((rate) => {
      lost = random() < (lost ? 0.65 : 0.04);
      return lost ? Math.log(LEAST_KBPS * 2) : rate;
    });
  },
  /** Two networks by turns, a minute each. */
  steps: (random) => {
    const poor = between(random, 700, 1500);
    const good = poor * between(random, 3, 9);
    const deviations = drifting(random, { level: 1, spread: 0.15, memory: 0.5 });
    return deviations.map((deviation, at) => deviation + Math.log(Math.floor(at / 30) % 2 === 0 ? poor : good));
  },
  /** A few levels, each kept for a random time. */
  levels: (random) => {
    const levels = [600, 1500, 3500, 8000].map((level) => Math.log(level));
    let at = Math.floor(random() * levels.length);
    return Array.from({ length: PIECES }, () => {
      if (random() < 0.1) at = Math.floor(random() * levels.length);
      return (levels[at] ?? 0) + 0.2 * normal(random);
    });
  },
};

/** The same traces for the same seed, on every machine. */
export function generatedTraces(seed: number, perFamily: number): readonly Trace[] {
  return Object.entries(KINDS).flatMap(([family, draw], kind) =>
    Array.from({ length: perFamily }, (_, number): Trace => {
      const random = randomFrom(seed + 1000 * kind + number);
      const pieces = draw(random).map((logKbps) => ({
        durationMs: PIECE_MS,
        rateKbps: Math.max(LEAST_KBPS, Math.exp(logKbps)),
      }));
      return { family, name: `${family}-${number}`, latencyMs: between(random, 20, 100), pieces };
    }),
  );
}

/** Recordings, `<folder>/<family>/<name>.csv`: a head line, then lines of `duration_ms,bandwidth_kbps,latency_ms`. */
export function recordedTraces(folder: string): readonly Trace[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: family }) => {
      const files = readdirSync(join(folder, family)).filter((file) => file.endsWith('.csv'));
      return files.sort().map((file) => parse(family, file, readFileSync(join(folder, family, file), 'utf8')));
    });
}

function parse(family: string, name: string, text: string): Trace {
  const rows = text.split('\n').map((line) => line.split(',').map(Number));
  const valid = rows.filter(([durationMs = 0, rateKbps = -1]) => durationMs > 0 && rateKbps >= 0);
  const pieces = valid.map(([durationMs = 0, rateKbps = 0]) => ({ durationMs, rateKbps }));
  if (!pieces.some(({ rateKbps }) => rateKbps > 0)) throw new Error(`${family}/${name} has no line with a rate.`);
  return { family, name, latencyMs: valid[0]?.[2] ?? 0, pieces };
}

/** Deviations of the logarithm that are forgotten by the part 1 - memory with each piece. */
function drifting(random: Random, { level, spread, memory }: { level: number; spread: number; memory: number }) {
  let deviation = spread * normal(random);
  const fresh = spread * Math.sqrt(1 - memory * memory);
  return Array.from({ length: PIECES }, () => {
    deviation = memory * deviation + fresh * normal(random);
    return Math.log(level) + deviation;
  });
}

/** Every ratio as likely as every other of its size. */
function between(random: Random, low: number, high: number): number {
  return low * (high / low) ** random();
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
