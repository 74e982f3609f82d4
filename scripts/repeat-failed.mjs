import { relative } from 'node:path';

/**
 * A run of vitest, and those of its failures that did not come again.
 * @typedef {import('./failures-reporter.mjs').Failure} Failure
 * @typedef {import('./test-report.mjs').Report} Report
 * @typedef {{code: number, results: Report, failures: Failure[], unsteady: Failure[]}} Run
 */

/** What fails in more files than this has one cause, and not a busy machine. */
const FILES_MAX = 3;
/** A test that failed beside fewer files would only be asked again until it passes. */
const BESIDE_MIN = 20;

/**
 * Runs of different files as one.
 * @param {Run[]} runs
 * @returns {Run}
 */
export function joinRuns(runs) {
  return {
    code: runs.find(({ code }) => code !== 0)?.code ?? 0,
    results: { testResults: runs.flatMap(({ results }) => results.testResults) },
    failures: runs.flatMap(failuresOf),
    unsteady: runs.flatMap(({ unsteady }) => unsteady),
  };
}

/**
 * @param {Run} run
 * @returns {Failure[]} never none of a run that failed
 */
function failuresOf({ code, failures }) {
  if (code === 0 || failures.length > 0) return failures;
  return [{ name: 'vitest', errors: [{ message: `ended with code ${code}` }] }];
}

/**
 * The files whose tests may have failed only since others ran beside them.
 * @param {Run} run
 * @param {string} root
 * @returns {string[]} none where the run passed, or failed as a whole
 */
export function worthRepeating({ results, failures }, root) {
  const files = results.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => relative(root, name));
  const isOfFiles = failures.every(({ name }) => files.some((file) => isIn(name, file)));
  const isFew =
    files.length <= FILES_MAX && results.testResults.length >= BESIDE_MIN + files.length;
  return isOfFiles && isFew ? files : [];
}

/**
 * What the run amounts to where the second one is of its failed files alone.
 * @param {Run} first
 * @param {Run} again
 * @returns {Run}
 */
export function withRepeated(first, again) {
  const repeated = new Set(again.results.testResults.map(({ name }) => name));
  const kept = first.results.testResults.filter(({ name }) => !repeated.has(name));
  const failed = new Set(again.failures.map(({ name }) => name));
  return {
    code: again.code,
    results: { testResults: [...kept, ...again.results.testResults] },
    failures: again.failures,
    unsteady: first.failures.filter(({ name }) => !failed.has(name)),
  };
}

/**
 * @param {string} failure
 * @param {string} file
 */
function isIn(failure, file) {
  return failure === file || failure.startsWith(`${file} > `);
}
