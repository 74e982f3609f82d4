import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './processes.mjs';
import { joinRuns, withRepeated, worthRepeating } from './repeat-failed.mjs';
import {
  listFailures,
  listSlowest,
  listSlowestFiles,
  listTestFiles,
  summarize,
} from './test-report.mjs';

/**
 * Of all tests, those that mostly wait: for sockets, for upstreams that say nothing. Two at a time, beside
 * the others, they fill what those leave idle of the processors.
 */
const WAITING = ['--project', 'unit', '--maxWorkers=2'];
const OTHERS = ['architecture', 'embedded', 'database'].flatMap((name) => ['--project', name]);

/**
 * Runs tests. The few that fail beside others run once more, alone: what passes then is named as unsteady,
 * and does not fail the run.
 * @param {string[]} args for vitest
 * @param {{whole: boolean}} scope whether these are all the tests there are
 * @returns {Promise<{code: number, lines: string[]}>} 0 only if all passed; what failed and how many passed
 */
export async function runTests(args, { whole }) {
  const first = whole ? await runWhole() : await runVitest(args);
  const files = worthRepeating(first, root);
  if (files.length === 0) return report(first, whole);
  console.log(`Again, alone: ${files.join(' ')}`);
  const again = await runVitest([...files, '--maxWorkers=1']);
  return report(withRepeated(first, again), whole);
}

/** What the waiting tests print comes together, when they have ended. */
async function runWhole() {
  return joinRuns(await Promise.all([runVitest(WAITING, { together: true }), runVitest(OTHERS)]));
}

/**
 * @param {string[]} args
 * @param {{together?: boolean}} [output]
 * @returns {Promise<import('./repeat-failed.mjs').Run>}
 */
async function runVitest(args, { together = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-tests-'));
  const file = join(folder, 'report.json');
  const failuresFile = join(folder, 'failures.json');
  try {
    const options = [
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      '--reporter=./scripts/failures-reporter.mjs',
    ];
    const env = { ...process.env, FAILURES_FILE: failuresFile };
    const printed = join(folder, 'printed');
    const to = together ? openSync(printed, 'w') : 'inherit';
    const vitest = run('vitest', ['run', ...options, ...args], { env, stdio: ['ignore', to, to] });
    const code = await vitest;
    if (typeof to === 'number') {
      closeSync(to);
      process.stdout.write(readFileSync(printed));
    }
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
