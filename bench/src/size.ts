import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import type { Bench, Metric } from './metric.ts';

/** The core's own door with all that it depends on, used whole. Its other doors and what platforms add have lines of their own. */
export const CORE_TARGET_KIB = 32;

interface Weighed {
  readonly name: string;
  /** Below the project's root. */
  readonly entry: string;
  /** Left out: loaded apart by the app, or weighed on a line of its own. */
  readonly without?: readonly (string | RegExp)[];
  readonly targetKib?: number;
}

const DOORS: readonly Weighed[] = [
  { name: 'sdk-core', entry: 'packages/sdk-core/src/index.ts', targetKib: CORE_TARGET_KIB },
  { name: 'sdk-core/abr', entry: 'packages/sdk-core/src/abr/index.ts' },
  { name: 'sdk-core/cmcd', entry: 'packages/sdk-core/src/cmcd/index.ts' },
  { name: 'sdk-core/engine', entry: 'packages/sdk-core/src/engine/index.ts' },
  { name: 'sdk-core/memory', entry: 'packages/sdk-core/src/memory/index.ts' },
  { name: 'sdk-web without hls.js', entry: 'packages/sdk-web/src/index.ts', without: ['hls.js'] },
  { name: 'sdk-web with hls.js', entry: 'packages/sdk-web/src/index.ts' },
];

/** What an app's viewers download: doors bundled from source, minified, gzipped as hard as it goes. */
export const size: Bench = async () => {
  const metrics: Metric[] = [];
  for (const { name, targetKib, ...door } of DOORS) {
    const value = (await gzippedBytes(door)) / 1024;
    metrics.push({
      name,
      value,
      unit: 'KiB gzip',
      better: 'lower',
      ...(targetKib !== undefined && { target: targetKib }),
    });
  }
  return metrics;
};

/** Of one door with everything it imports. */
export async function gzippedBytes({ entry, without = [] }: Pick<Weighed, 'entry' | 'without'>): Promise<number> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`../../${entry}`, import.meta.url)),
    external: [...without],
    platform: 'browser',
    resolve: { conditionNames: ['pressplay-source', 'browser', 'import', 'default'] },
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    const code = output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
    return gzipSync(code, { level: 9 }).length;
  } finally {
    await bundle.close();
  }
}
