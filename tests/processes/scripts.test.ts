import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
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
  const vitest = report('vitest.json', { numPassedTests: 40, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0 });
  const playwright = report('e2e.json', { stats: { expected: 9, flaky: 1, unexpected: 2, skipped: 3 } });
  const { stdout } = evaluate(`
    const { addCounts, readPlaywrightReport, readVitestReport } = await import('./scripts/steps/totals.mjs');
    console.log(JSON.stringify(addCounts(readVitestReport(${vitest}), readPlaywrightReport(${playwright}))));`);
  expect(JSON.parse(stdout)).toEqual({ passed: 50, failed: 3, skipped: 5 });
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
