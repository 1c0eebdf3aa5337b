import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from './supervisor.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The scripts are plain JavaScript that runs before anything is installed: they are tried as they run. */
function evaluate(source: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { cwd: ROOT, encoding: 'utf8' });
}

const report = (name: string, content: object) => {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return JSON.stringify(file);
};

it.each([
  ['20.19.0', 0],
  ['22.12.0', 0],
  ['24.1.0', 0],
  ['20.18.3', 1],
  ['22.11.0', 1],
  ['18.20.4', 1],
])('Node %s ends the start with %i', (version, code) => {
  const { status, stderr } = evaluate(
    `const { checkNodeVersion } = await import('./scripts/steps/node-version.mjs'); checkNodeVersion('${version}');`,
  );
  expect(status).toBe(code);
  if (code === 1) expect(stderr).toContain(`needs Node 20.19 or newer, or 22.12 or newer; this is Node ${version}`);
});

it('counts what the runners have counted', () => {
  const failures = [{ name: 'one', message: 'no' }];
  const vitest = report('vitest.json', { files: [{ file: 'a', passed: 40, failed: 1, skipped: 2, failures }] });
  const playwright = report('e2e.json', { stats: { expected: 9, flaky: 1, unexpected: 2, skipped: 3 } });
  const { stdout } = evaluate(`
    const { addCounts, readPlaywrightReport, readVitestReport, vitestCounts } = await import('./scripts/steps/totals.mjs');
    const vitest = vitestCounts(readVitestReport(${vitest}));
    console.log(JSON.stringify(addCounts(vitest, readPlaywrightReport(${playwright}).counts)));`);
  expect(JSON.parse(stdout)).toEqual({ passed: 50, failed: 3, skipped: 5 });
});

it('names what Playwright saw succeed at the second try only', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const playwright = report('flaky.json', {
    stats: { expected: 1, flaky: 2, unexpected: 0, skipped: 0 },
    suites: [
      {
        title: 'playing.test.ts',
        specs: [spec('plays', 'expected'), spec('stops', 'flaky')],
        suites: [{ title: 'two regions', specs: [spec('hands over', 'flaky')] }],
      },
    ],
  });
  const { stdout } = evaluate(`
    const { readPlaywrightReport } = await import('./scripts/steps/totals.mjs');
    console.log(JSON.stringify(readPlaywrightReport(${playwright}).flaky));`);
  expect(JSON.parse(stdout)).toEqual(['playing.test.ts > stops', 'playing.test.ts > two regions > hands over']);
});

describe('a second try', () => {
  const real = path.join(ROOT, 'tests/processes/drill.test.ts');
  const pure = path.join(ROOT, 'tests/simulated/crowd.test.ts');
  const passing = { file: pure, passed: 3, failed: 0, skipped: 0, failures: [] };
  const failing = (file: string, message: string) => ({
    file,
    passed: 4,
    failed: 1,
    skipped: 0,
    failures: [{ name: 'a drill', message }],
  });
  const tryAgain = (run: object) => {
    const { stdout } = evaluate(`
      const { failuresIn, filesToTryAgain } = await import('./scripts/steps/second-try.mjs');
      const run = ${JSON.stringify(run)};
      const again = filesToTryAgain(run);
      console.log(JSON.stringify({ again, named: failuresIn(run, again) }));`);
    return JSON.parse(stdout);
  };

  it('goes to a file with real processes, which is named', () => {
    expect(tryAgain({ files: [passing, failing(real, 'expected 503 to be 206')], unhandledErrors: [] })).toEqual({
      again: [real],
      named: ['tests/processes/drill.test.ts > a drill'],
    });
  });

  it.each([
    ['something failed in virtual time too', [failing(real, 'no'), failing(pure, 'no')], []],
    ['a property met a counter-example', [failing(real, 'Property failed after 3 tests\n{ seed: 1 }')], []],
    ['an error belongs to no file', [failing(real, 'no')], ['ECONNRESET']],
    ['the run ended before its tests', [], []],
  ])('is not given where %s', (_, files, unhandledErrors) => {
    expect(tryAgain({ files, unhandledErrors })).toEqual({ again: [], named: [] });
  });

  it('counts instead of the first', () => {
    const { stdout } = evaluate(`
      const { vitestCounts } = await import('./scripts/steps/totals.mjs');
      const first = { files: ${JSON.stringify([passing, failing(real, 'no')])} };
      const second = { files: [{ file: ${JSON.stringify(real)}, passed: 5, failed: 0, skipped: 0, failures: [] }] };
      console.log(JSON.stringify([vitestCounts(first), vitestCounts(first, second)]));`);
    expect(JSON.parse(stdout)).toEqual([
      { passed: 7, failed: 1, skipped: 0 },
      { passed: 8, failed: 0, skipped: 0 },
    ]);
  });

  it('is for files that there are', () => {
    const { stdout } = evaluate(
      `const { REAL_TESTS } = await import('./scripts/steps/second-try.mjs'); console.log(JSON.stringify(REAL_TESTS));`,
    );
    for (const start of JSON.parse(stdout)) expect(existsSync(path.join(ROOT, start)), start).toBe(true);
  });
});

it('hears from vitest what passed, what failed and why, and errors outside of tests', () => {
  writeFileSync(path.join(folder, 'vitest.config.mjs'), 'export default {};');
  writeFileSync(
    path.join(folder, 'some.test.mjs'),
    `const { beforeAll, describe, expect, it } = globalThis;
    it('passes', () => {});
    it.skip('is left out', () => {});
    describe('a suite', () => {
      it('fails', () => expect(503).toBe(206));
    });
    describe('a set-up', () => {
      beforeAll(() => { throw new Error('no server'); });
      it('never runs', () => {});
    });
    it('leaves an error behind', async () => {
      Promise.reject(new Error('nobody heard'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });`,
  );
  const written = path.join(folder, 'counted.json');
  spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--globals', '--root', folder],
      `--reporter=${path.join(ROOT, 'scripts/steps/vitest-report.mjs')}`,
    ],
    { cwd: folder, env: { ...process.env, PRESSPLAY_VITEST_REPORT: written } },
  );
  const { files, unhandledErrors } = JSON.parse(readFileSync(written, 'utf8'));
  expect(files).toMatchObject([{ file: path.join(folder, 'some.test.mjs'), passed: 2, failed: 1, skipped: 2 }]);
  expect(files[0].failures).toEqual([
    { name: 'a suite > fails', message: expect.stringContaining('503') },
    { name: 'a set-up', message: 'no server' },
    { name: '(an error outside its tests)', message: 'nobody heard' },
  ]);
  expect(unhandledErrors).toEqual([]);
});

it('ends a step that takes too long, with everything it started, and says so', () => {
  const { status, stdout } = evaluate(`
    const { run } = await import('./scripts/steps/run.mjs');
    await run('sh', ['-c', 'sleep 30 & sleep 30'], { quiet: true, timeoutMs: 300 }).catch((error) => console.log(error.message));`);
  expect(status).toBe(0);
  expect(stdout.trim()).toBe('sh took longer than 0.3 s');
});

it.each([
  ['quiet', 'noise\n'],
  ['silent', ''],
])('a %s step that fails shows %j of its output', (option, shown) => {
  const { stdout, stderr } = evaluate(`
    const { run } = await import('./scripts/steps/run.mjs');
    await run('sh', ['-c', 'echo noise; exit 3'], { ${option}: true }).catch((error) => console.log(error.message));`);
  expect(stdout.trim()).toBe('sh failed (exit code 3)');
  expect(stderr).toBe(shown);
});

it('says that the Chromium one names does not start, instead of taking another', () => {
  const { stdout } = evaluate(`
    process.env.PRESSPLAY_CHROMIUM = '/no/such/chromium';
    const { ensureChromium } = await import('./scripts/steps/tools.mjs');
    await ensureChromium().catch((error) => console.log(error.message));`);
  expect(stdout.trim()).toBe('PRESSPLAY_CHROMIUM names /no/such/chromium, which does not start');
});
