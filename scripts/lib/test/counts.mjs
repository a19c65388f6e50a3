// @ts-check

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/** @returns {Counts} */
export const noCounts = () => ({ passed: 0, failed: 0, skipped: 0 });

/**
 * @param {Counts} one
 * @param {Counts} other
 * @returns {Counts}
 */
export const sum = (one, other) => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped,
});

/**
 * @param {string} output Of `cargo test` or `wasm-pack test`, which print one result a target.
 * @returns {Counts}
 */
export function countsOfCargo(output) {
  const results = output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  return [...results]
    .map(([, passed, failed, skipped]) => ({
      passed: Number(passed),
      failed: Number(failed),
      skipped: Number(skipped),
    }))
    .reduce(sum, noCounts());
}

/**
 * @param {string} report Of vitest's JSON reporter.
 * @returns {Counts}
 */
export function countsOfVitest(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report);
  // A file that cannot be loaded has failed without one test that has.
  const broken = testResults.filter(
    (/** @type {any} */ file) =>
      file.status === "failed" &&
      file.assertionResults.every((/** @type {any} */ test) => test.status !== "failed"),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  };
}

/**
 * What a step counts as. A runner that ends badly has failed, whatever it printed before.
 *
 * @param {boolean} succeeded Whether every command of the step did.
 * @param {Counts | null} counts Null where the step is one check.
 * @returns {Counts}
 */
export function settle(succeeded, counts) {
  if (counts === null) {
    return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 };
  }
  return succeeded ? counts : { ...counts, failed: Math.max(counts.failed, 1) };
}
