import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = new URL('../../../', import.meta.url);
const outDir = new URL('node_modules/.cache/pressplay-bench/serving/', root);
const at = (path: string): string => fileURLToPath(new URL(path, root));

const INPUT = {
  oca: 'mock-oca/src/main.ts',
  pipe: 'bench/src/serving/pipe-process.ts',
  load: 'bench/src/serving/load-process.ts',
} as const;

export type Program = keyof typeof INPUT;

/** From the sources as one file each, as the published process is: a loader of TypeScript would cost time in each call. */
export async function bundlePrograms(): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(INPUT).map(([name, path]) => [name, at(path)])),
    platform: 'node',
    external: ['pino', 'koffi'],
    resolve: { conditionNames: ['pressplay-source', 'node', 'import', 'default'] },
    logLevel: 'silent',
  });
  try {
    await bundle.write({
      dir: fileURLToPath(outDir),
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
  } finally {
    await bundle.close();
  }
}

export const programPath = (name: Program): string => fileURLToPath(new URL(`${name}.mjs`, outDir));
