import { writeFileSync } from 'node:fs';

/**
 * What one run of vitest counted, by file, with what failed and why. vitest's own JSON report leaves out errors that belong to
 * no test, and without them one cannot say that only the named files failed.
 */
// biome-ignore lint/style/noDefaultExport: so vitest loads a reporter; it hands over no options, hence the environment.
export default class CountingReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const files = testModules.map((testModule) => countsOf(testModule));
    const ofNoFile = [];
    for (const { message, VITEST_TEST_PATH } of unhandledErrors) {
      // The file whose worker it came from, such as a socket that breaks when nobody listens to it any more.
      const from = files.find(({ file }) => file === VITEST_TEST_PATH);
      if (from) from.failures.push({ name: '(an error outside its tests)', message });
      else ofNoFile.push(message);
    }
    writeFileSync(process.env.PRESSPLAY_VITEST_REPORT, JSON.stringify({ files, unhandledErrors: ofNoFile }));
  }
}

function countsOf(testModule) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const test of testModule.children.allTests()) {
    const { state, errors } = test.result();
    // What has not run by the end belongs to a suite whose set-up failed, which is told below.
    counts[state === 'pending' ? 'skipped' : state] += 1;
    if (state === 'failed') failures.push({ name: test.fullName, message: messageOf(errors) });
  }
  for (const suite of [testModule, ...testModule.children.allSuites()]) {
    const errors = suite.errors();
    if (errors.length > 0) failures.push({ name: suite.fullName ?? '(the whole file)', message: messageOf(errors) });
  }
  return { file: testModule.moduleId, ...counts, failures };
}

const messageOf = (errors) => errors.map(({ message }) => message).join('\n');
