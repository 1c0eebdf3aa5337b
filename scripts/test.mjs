// `npm test`: everything that must hold, from a fresh clone. Fails at the first step that fails, and says which.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { checkNodeVersion } from './steps/node-version.mjs';

checkNodeVersion();
const { turbo } = await import('./steps/build.mjs');
const { install, isInstalled } = await import('./steps/install.mjs');
const { endWithParent, node, npm, ROOT } = await import('./steps/run.mjs');
const { say, seconds, step } = await import('./steps/terminal.mjs');
const { ensureBird, ensureChromium, ensureFfmpeg, ensureNginx } = await import('./steps/tools.mjs');
const { failuresIn, filesToTryAgain } = await import('./steps/second-try.mjs');
const { addCounts, NO_TESTS, readPlaywrightReport, readVitestReport, vitestCounts } = await import(
  './steps/totals.mjs'
);

const reports = mkdtempSync(path.join(tmpdir(), 'pressplay-test-'));
const startedMs = Date.now();
const secondTries = [];
let totals = NO_TESTS;
let current = 'start';
let chromium;
let stopped = false;

endWithParent(() => {
  stopped = true;
  rmSync(reports, { recursive: true, force: true });
});

/** As an absolute path: vitest takes anything else as a part of any path. */
const inRoot = (folder) => path.join(ROOT, folder);
const fromRoot = (file) => path.relative(ROOT, file);

/** On two cores vitest takes one worker, which waits much of its time for processes. */
const UNIT_WORKERS = Math.max(2, availableParallelism() - 1);

const STEPS = [
  ['Dependencies', async () => (isInstalled() ? say('   installed') : install())],
  ['Tools', findTools],
  ['Lint', lint],
  ['Types', types],
  ['Unit tests', () => vitest('unit', ['--exclude', 'tests/**', `--maxWorkers=${UNIT_WORKERS}`])],
  ['Build', () => turbo(['run', 'build'])],
  ['Whole system in virtual time', () => vitest('system', [inRoot('tests/'), '--exclude', 'tests/processes/**'])],
  ['Processes', () => vitest('processes', [inRoot('tests/processes/'), '--no-file-parallelism'])],
  ['Browser tests', browserTests],
];

try {
  for (const [name, perform] of STEPS) {
    current = name;
    await step(name, perform);
  }
  finish(0);
} catch (error) {
  if (!stopped) {
    console.error(`\nThe step "${current}" failed: ${error.message}`);
    // A step that failed without a counted test still is a failure.
    if (totals.failed === 0) totals = addCounts(totals, { passed: 0, failed: 1, skipped: 0 });
    finish(1);
  }
}

function finish(code) {
  rmSync(reports, { recursive: true, force: true });
  say(`\nTook ${seconds(Date.now() - startedMs)}.${totals.skipped > 0 ? ` ${totals.skipped} skipped.` : ''}`);
  if (secondTries.length > 0) say('Steady only at the second try:');
  for (const name of secondTries) say(`   ${name}`);
  say(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = code;
}

async function findTools() {
  chromium = await ensureChromium();
  say(`   Chromium: ${chromium}`);
  say(`   ffmpeg: ${(await ensureFfmpeg()) ? 'yes' : 'missing, tests that encode are skipped'}`);
  say(`   nginx with Lua: ${(await ensureNginx()) ? 'yes' : 'missing, tests of the nginx engine are skipped'}`);
  say(`   BIRD 2: ${(await ensureBird()) ? 'yes' : 'missing, tests with real routers are skipped'}`);
}

async function lint() {
  await node('node_modules/@biomejs/biome/bin/biome', ['check', '.'], { name: 'Biome' });
  const folders = ['packages', 'mock-backend', 'mock-oca', 'examples', 'bench', 'tests'];
  await node('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config',
    '.dependency-cruiser.cjs',
    ...folders,
  ]);
}

async function types() {
  await turbo(['run', 'typecheck']);
  await node('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.tests.json'], { name: 'tsc' });
}

async function vitest(name, args) {
  const first = await vitestRun(name, args);
  const again = first.failure && !stopped ? filesToTryAgain(first.report) : [];
  if (again.length === 0) {
    totals = addCounts(totals, vitestCounts(first.report));
    if (first.failure) throw first.failure;
    return;
  }
  say(`\n   Failed, and once more, since real processes take part: ${again.map(fromRoot).join(', ')}`);
  const second = await vitestRun(`${name}-again`, [...again, '--no-file-parallelism']);
  totals = addCounts(totals, vitestCounts(first.report, second.report));
  if (second.failure) throw second.failure;
  secondTries.push(...failuresIn(first.report, again));
}

/** One run, with what it counted; a run that left no report ran nothing. */
async function vitestRun(name, args) {
  const report = path.join(reports, `${name}.json`);
  const reporters = ['--reporter=default', `--reporter=${inRoot('scripts/steps/vitest-report.mjs')}`];
  const failure = await node('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...args], {
    name: 'vitest',
    env: { PRESSPLAY_VITEST_REPORT: report },
  }).then(
    () => undefined,
    (error) => error,
  );
  return { failure, report: readIfWritten(readVitestReport, report) ?? { files: [], unhandledErrors: [] } };
}

async function browserTests() {
  const report = path.join(reports, 'e2e.json');
  const env = { PRESSPLAY_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const args = ['run', 'e2e', '-w', '@pressplay/tests', '--', '--reporter=list,json', '--retries=1'];
  try {
    await npm(args, { env, name: 'Playwright' });
  } finally {
    // Counts also what a failing run has counted.
    const { counts, flaky } = readIfWritten(readPlaywrightReport, report) ?? { counts: NO_TESTS, flaky: [] };
    totals = addCounts(totals, counts);
    secondTries.push(...flaky);
  }
}

function readIfWritten(read, report) {
  try {
    return read(report);
  } catch {
    return undefined;
  }
}
