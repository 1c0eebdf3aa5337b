import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = new URL('../../', import.meta.url);

export interface Programs {
  /** Below the root, ends in a slash. */
  readonly outDir: string;
  /** Source files by name. */
  readonly input: Readonly<Record<string, string>>;
  readonly external: readonly string[];
}

/** Where a bundled program lies. */
export const programAt = (outDir: string, name: string): string => fileURLToPath(new URL(`${outDir}${name}.mjs`, root));

/** From the sources as one file each, as the published process is: a loader of TypeScript would cost time in each call. */
export async function bundlePrograms({ outDir, input, external }: Programs): Promise<void> {
  const dir = fileURLToPath(new URL(outDir, root));
  await mkdir(dir, { recursive: true });
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(input).map(([name, path]) => [name, fileURLToPath(new URL(path, root))])),
    platform: 'node',
    external: [...external],
    resolve: { conditionNames: ['pressplay-source', 'node', 'import', 'default'] },
    logLevel: 'silent',
  });
  try {
    await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  } finally {
    await bundle.close();
  }
}
