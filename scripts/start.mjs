// `npm start`: from a fresh clone to a running fleet. Plain Node: nothing is installed when this begins.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkNodeVersion } from './steps/node-version.mjs';

checkNodeVersion();
const { build, isBuilt } = await import('./steps/build.mjs');
const { install, isInstalled } = await import('./steps/install.mjs');
const { endWithParent, ROOT } = await import('./steps/run.mjs');
const { say, step, StepError } = await import('./steps/terminal.mjs');
const { ensureFfmpeg } = await import('./steps/tools.mjs');

const args = process.argv.slice(2);
const stopWatching = endWithParent();

try {
  await prepare();
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(`\n${error.message}`);
  process.exit(1);
}
stopWatching();
// The command runs in this very process: one supervisor, no signal to pass on.
const { main } = await import(path.join(ROOT, 'packages/cli/dist/index.mjs'));
await main(['up', ...args]);

async function prepare() {
  const work = [];
  if (!isInstalled()) work.push(step('Installing dependencies (npm ci)', install));
  // Both wait for the network: side by side.
  if (!hasTitles()) work.push(provideFfmpeg());
  await Promise.all(work);
  if (!isBuilt()) await step('Building', build);
}

async function provideFfmpeg() {
  if (await ensureFfmpeg()) return;
  say(
    '   ffmpeg is missing: the small sample kept in the repository is used. Install ffmpeg for `pressplay ingest`, and for the full one, which `npm start -- --data DIR` then makes in a new folder.',
  );
}

/** A title in the origin needs no encoder any more. */
function hasTitles() {
  const at = args.indexOf('--data');
  const joined = args.find((arg) => arg.startsWith('--data='));
  const dataDir =
    joined?.slice('--data='.length) ?? (at >= 0 ? args[at + 1] : undefined) ?? path.join(ROOT, '.pressplay');
  const folder = path.join(dataDir, 'origin/titles');
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json'));
}
