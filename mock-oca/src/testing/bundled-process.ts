import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll } from 'vitest';

const SOURCES = new URL('../', import.meta.url);
/** Below the package: what is not bundled is found from there. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

export interface BundledProcess {
  /** As published: the process, and what its other threads run. */
  readonly main: string;
  readonly worker: URL;
  remove(): void;
}

let bundled: Promise<BundledProcess> | undefined;
afterAll(async () => (await bundled)?.remove());

/** Once for all tests of a file: a thread cannot run the sources, and a process starts faster without a loader of TypeScript. */
export function bundledProcess(): Promise<BundledProcess> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<BundledProcess> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'process-'));
  const inputs = { main: 'main.ts', 'serving-worker': 'engines/node/workers/serving-worker.ts' };
  for (const [name, path] of Object.entries(inputs)) {
    const entry = fileURLToPath(new URL(path, SOURCES));
    await build({
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['pressplay-source'] },
      ssr: { noExternal: true, external: ['koffi', 'pino'], resolve: { conditions: ['pressplay-source', 'node'] } },
      build: {
        ssr: true,
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        rollupOptions: { input: { [name]: entry }, output: { entryFileNames: '[name].mjs', codeSplitting: false } },
      },
    });
  }
  return {
    main: join(folder, 'main.mjs'),
    worker: pathToFileURL(join(folder, 'serving-worker.mjs')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
