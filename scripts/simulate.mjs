// `npm run simulate`: bundles it from the sources and runs it. That takes less than a loader of TypeScript takes to start,
// and such a loader costs time in each call.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const SOURCES = new URL('../packages/testkit/src/simulate/', import.meta.url);
// The second one is run by the first, with --workers.
const PROGRAMS = ['main', 'session-worker'];

const dir = mkdtempSync(path.join(tmpdir(), 'pressplay-simulate-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const bundle = await rolldown({
  input: Object.fromEntries(PROGRAMS.map((name) => [name, fileURLToPath(new URL(`${name}.ts`, SOURCES))])),
  platform: 'node',
  resolve: { conditionNames: ['pressplay-source', 'node', 'import', 'default'] },
  logLevel: 'silent',
});
await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
await bundle.close();
await import(pathToFileURL(path.join(dir, 'main.mjs')).href);
