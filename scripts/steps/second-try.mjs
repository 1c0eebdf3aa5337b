import path from 'node:path';
import { ROOT } from './run.mjs';

/**
 * Tests of real processes, sockets, disks and clocks. The machine may do to them what it will (stop for seconds, take the
 * port, deliver late), so each of these files gets a second try, and whatever needed it is named at the end. Everything else
 * runs in virtual time or in memory: there a failure that comes and goes is a defect at once.
 */
export const REAL_TESTS = [
  'bench/src/play-requests/',
  'mock-backend/src/ingest/',
  'mock-backend/src/main.test.ts',
  'mock-backend/src/process/',
  'mock-backend/src/store/postgres/',
  'mock-oca/src/admission/shedding.test.ts',
  'mock-oca/src/disks/',
  'mock-oca/src/engines/',
  'mock-oca/src/process/',
  'mock-oca/src/routes/node/',
  'packages/cli/src/steer/steer.test.ts',
  'packages/sdk-node/src/',
  'packages/sdk-web/src/platform/fetch-http-client.test.ts',
  'packages/testkit/src/fleet/',
  'packages/testkit/src/msw/',
  'tests/docs/operations.test.ts',
  'tests/processes/',
];

/** Says the seed and what falsified a property: true of the code whenever it comes, so no second try may talk it away. */
const COUNTER_EXAMPLE = /Property failed after|Counterexample:/;

/** The files to run once more: those that failed, where each of them may. None where anything failed that may not. */
export function filesToTryAgain({ files, unhandledErrors }) {
  const failed = files.filter(({ failures }) => failures.length > 0);
  return unhandledErrors.length === 0 && failed.every(mayTryAgain) ? failed.map(({ file }) => file) : [];
}

function mayTryAgain({ file, failures }) {
  const name = path.relative(ROOT, file);
  const real = REAL_TESTS.some((start) => name.startsWith(start));
  return real && !failures.some(({ message }) => COUNTER_EXAMPLE.test(message));
}

/** The names of what failed in these files, as they are told at the end. */
export function failuresIn({ files }, again) {
  return files
    .filter(({ file }) => again.includes(file))
    .flatMap(({ file, failures }) => failures.map(({ name }) => `${path.relative(ROOT, file)} > ${name}`));
}
