import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Prng, parseTrace, prngFor, type Trace } from '@pressplay/testkit/simulation';

/** A viewer's way to the network, as it changes. */
export interface Line {
  readonly name: string;
  readonly trace: Trace;
}

const STEP_MS = 1000;
const STEPS = 600;

/** Made of numbers: what recordings look like, in five kinds. The same for the same seed. */
export function generatedLines(perKind: number): readonly Line[] {
  return Object.entries(KINDS).flatMap(([kind, ratesOf]) =>
    Array.from({ length: perKind }, (_, index): Line => {
      const name = `${kind}-${index + 1}`;
      const steps = ratesOf(prngFor(index, kind)).map((rateBps) => ({ durationMs: STEP_MS, rateBps, latencyMs: 8 }));
      return { name, trace: { steps } };
    }),
  );
}

/** Some of each folder of recordings, the first by name. */
export function recordedLines(folder: string, perFolder: number): readonly Line[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name: family }) => {
    const files = readdirSync(join(folder, family)).filter((file) => file.endsWith('.csv'));
    return files
      .sort()
      .slice(0, perFolder)
      .map((file): Line => {
        const trace = parseTrace(readFileSync(join(folder, family, file), 'utf8'));
        return { name: `${family}/${file}`, trace };
      });
  });
}

const KINDS: Readonly<Record<string, (random: Prng) => readonly number[]>> = {
  steady: (random) => wandering(random, 2.2e6 + 2e6 * random(), 0.03, 0.9),
  cable: (random) => wandering(random, 2.5e6 + 3e6 * random(), 0.25, 0.9),
  wireless: (random) => wandering(random, 2.5e6 + 3e6 * random(), 0.6, 0.6),
  mobile: (random) => levels(random, [0.7e6, 1.6e6, 3e6, 6e6], 12_000),
  rich: (random) => wandering(random, 25e6, 0.2, 0.9),
};

/** Around a mean, in logarithms: `memory` of the last step stays. */
function wandering(random: Prng, meanBps: number, deviation: number, memory: number): readonly number[] {
  let offset = 0;
  return Array.from({ length: STEPS }, () => {
    offset = memory * offset + Math.sqrt(1 - memory ** 2) * deviation * gaussian(random);
    return Math.max(50_000, Math.round(meanBps * Math.exp(offset)));
  });
}

/** One of a few levels for a while, then another. */
function levels(random: Prng, ratesBps: readonly number[], meanStayMs: number): readonly number[] {
  let level = 1;
  return Array.from({ length: STEPS }, () => {
    if (random() < STEP_MS / meanStayMs) level = Math.floor(random() * ratesBps.length);
    return Math.round((ratesBps[level] ?? 1e6) * Math.exp(0.15 * gaussian(random)));
  });
}

/** Box and Muller. */
function gaussian(random: Prng): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
