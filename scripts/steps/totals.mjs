import { readFileSync } from 'node:fs';

/** What one run of vitest counted, by file, as `vitest-report.mjs` wrote it. */
export const readVitestReport = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** The sum of the files. Those tried again count as their second try counted them. */
export function vitestCounts({ files }, second = { files: [] }) {
  const again = new Set(second.files.map(({ file }) => file));
  return [...files.filter(({ file }) => !again.has(file)), ...second.files]
    .map(countsOfFile)
    .reduce(addCounts, NO_TESTS);
}

/** A file that failed before or after its tests is a failure too. */
function countsOfFile({ passed, failed, skipped, failures }) {
  return { passed, failed: Math.max(failed, failures.length), skipped };
}

/** Playwright calls a test that passed at its second try flaky, and counts it as passed. */
export function readPlaywrightReport(file) {
  const { stats, suites = [] } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    counts: { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped },
    flaky: suites.flatMap((suite) => flakyOf(suite, [])),
  };
}

function flakyOf({ title, specs = [], suites = [] }, above) {
  const path = [...above, title];
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === 'flaky'));
  return [...own.map((spec) => [...path, spec.title].join(' > ')), ...suites.flatMap((suite) => flakyOf(suite, path))];
}

export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

export const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };
