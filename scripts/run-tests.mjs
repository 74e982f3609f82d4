import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './processes.mjs';
import { withRepeated, worthRepeating } from './repeat-failed.mjs';
import {
  listFailures,
  listSlowest,
  listSlowestFiles,
  listTestFiles,
  summarize,
} from './test-report.mjs';

/**
 * Runs tests. The few that fail beside others run once more, alone: what passes then is named as unsteady,
 * and does not fail the run.
 * @param {string[]} args for vitest
 * @param {{whole: boolean}} scope whether these are all the tests there are
 * @returns {Promise<{code: number, lines: string[]}>} 0 only if all passed; what failed and how many passed
 */
export async function runTests(args, { whole }) {
  const first = await runVitest(args);
  const files = worthRepeating(first, root);
  if (files.length === 0) return report(first, whole);
  console.log(`Again, alone: ${files.join(' ')}`);
  const again = await runVitest([...files, '--maxWorkers=1']);
  return report(withRepeated(first, again), whole);
}

/**
 * @param {string[]} args
 * @returns {Promise<import('./repeat-failed.mjs').Run>}
 */
async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-tests-'));
  const file = join(folder, 'report.json');
  const failuresFile = join(folder, 'failures.json');
  try {
    const options = [
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      '--reporter=./scripts/failures-reporter.mjs',
    ];
    const env = { ...process.env, FAILURES_FILE: failuresFile };
    const code = await run('vitest', ['run', ...options, ...args], { env });
    return {
      code,
      results: readJson(file, { testResults: [] }),
      failures: readJson(failuresFile, []),
      unsteady: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./repeat-failed.mjs').Run} run
 * @param {boolean} whole whether these should be all the tests there are
 */
function report({ code, results, failures, unsteady }, whole) {
  const expected = whole ? listTestFiles(root) : [];
  /** @type {string[]} */
  const allowedSkips = readJson(join(root, 'tests/allowed-skips.json'), []);
  const { passed, failed, complaints } = summarize(results, { expected, allowedSkips, root });
  console.log(['The slowest tests:', ...listSlowest(results, root)].join('\n'));
  console.log(['The slowest files:', ...listSlowestFiles(results, root)].join('\n'));
  const lines = [
    ...listFailures(unsteady, root, 'UNSTEADY (failed beside others, passed alone)'),
    ...listFailures(failures, root),
    ...complaints,
  ];
  if (code !== 0 && failures.length + complaints.length === 0) {
    lines.push(`vitest ended with code ${code}`);
  }
  lines.push(`tests: ${passed} passed, ${failed} failed`);
  return { code: code || (complaints.length > 0 || failed > 0 ? 1 : 0), lines };
}

/**
 * @template T
 * @param {string} file
 * @param {T} otherwise for a file that is not there, or was cut off
 * @returns {T}
 */
function readJson(file, otherwise) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return otherwise;
  }
}
