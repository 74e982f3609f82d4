import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * What this needs of vitest's JSON report.
 * @typedef {{status: string, fullName: string, duration?: number | null}} TestResult
 * @typedef {{name: string, status: string, assertionResults: TestResult[]}} FileResult
 * @typedef {{testResults: FileResult[]}} Report
 */

/**
 * Counts, and says what made fewer tests run than there are: nothing may pass by being skipped.
 * @param {Report} report
 * @param {{expected: string[], allowedSkips: string[], root: string}} options `allowedSkips` name
 *   tests as "file > full name"
 */
export function summarize(report, { expected, allowedSkips, root }) {
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      status: test.status,
      name: `${relative(root, file.name)} > ${test.fullName}`,
    })),
  );
  const ran = new Set(report.testResults.map((file) => relative(root, file.name)));
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failed = tests.filter((test) => test.status === 'failed').length + brokenFiles(report);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const complaints = [
    ...skipped
      .filter((test) => !allowedSkips.includes(test.name))
      .map((test) => `Skipped, and not listed in tests/allowed-skips.json: ${test.name}`),
    ...expected.filter((file) => !ran.has(file)).map((file) => `No project ran ${file}`),
    ...(passed + failed === 0 ? ['No test ran'] : []),
  ];
  return { passed, failed, complaints };
}

const SLOWEST_COUNT = 10;

/**
 * The tests that took longest, hooks apart, with the longest first.
 * @param {Report} report
 * @param {string} root
 * @returns {string[]} a line each, with the seconds
 */
export function listSlowest(report, root) {
  return longestFirst(
    report.testResults.flatMap((file) =>
      file.assertionResults.map(({ fullName, duration }) => ({
        ms: duration ?? 0,
        name: `${relative(root, file.name)} > ${fullName}`,
      })),
    ),
  );
}

/**
 * The files whose tests took longest together, hooks apart, with the longest first.
 * @param {Report} report
 * @param {string} root
 * @returns {string[]} a line each, with the seconds and the number of tests
 */
export function listSlowestFiles(report, root) {
  return longestFirst(
    report.testResults.map(({ name, assertionResults: tests }) => ({
      ms: tests.reduce((sum, { duration }) => sum + (duration ?? 0), 0),
      name: `${relative(root, name)} (${tests.length})`,
    })),
  );
}

/** @param {{ms: number, name: string}[]} entries */
function longestFirst(entries) {
  return entries
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST_COUNT)
    .map(({ ms, name }) => `${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
}

/**
 * Files that failed as a whole: one that does not load has no test to fail.
 * @param {Report} report
 */
function brokenFiles(report) {
  return report.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

/** Enough to see what was wrong; the whole error is where the test ran. */
const ERROR_LINES = 12;
const LINE_LENGTH = 200;
const FAILURES_COUNT = 30;

/**
 * Each failed test, with the first lines of its errors.
 * @param {import('./failures-reporter.mjs').Failure[]} failures
 * @param {string} root
 * @param {string} [mark] before the name of each
 * @returns {string[]} the lines
 */
export function listFailures(failures, root, mark = 'FAILED') {
  const lines = failures
    .slice(0, FAILURES_COUNT)
    .flatMap(({ name, errors }) => [
      `${mark} ${name}`,
      ...errors.flatMap((error) => errorLines(error, root)),
    ]);
  const left = failures.length - FAILURES_COUNT;
  return left > 0 ? [...lines, `and ${left} more failures`] : lines;
}

/**
 * @param {import('./failures-reporter.mjs').FailureError} error
 * @param {string} root
 */
function errorLines({ message, diff, stacks = [] }, root) {
  const [own] = stacks.filter(
    ({ file }) => file.startsWith(root) && !file.includes('node_modules'),
  );
  const lines = firstLines(`${message}\n${diff ?? ''}`);
  return own ? [...lines, `    at ${relative(root, own.file)}:${own.line}`] : lines;
}

/**
 * The first lines of what a test or a program printed, without colours and indented.
 * @param {string} text
 */
export function firstLines(text) {
  return stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, ERROR_LINES)
    .map((line) => `    ${line.slice(0, LINE_LENGTH)}`);
}

const FOLDERS = ['apps', 'packages', 'scripts', 'tests'];
const TEST_FILE = /\.(test|spec)\.[cm]?[jt]sx?$/;

/**
 * Every test file of the repository, found without asking the runner.
 * @param {string} root
 */
export function listTestFiles(root) {
  return FOLDERS.flatMap((folder) => testFilesBelow(join(root, folder))).map((file) =>
    relative(root, file),
  );
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function testFilesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFilesBelow(path);
    return TEST_FILE.test(entry.name) ? [path] : [];
  });
}
