import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkWords } from './check-words.mjs';
import { root, run } from './processes.mjs';
import { buildControlPlane, buildDashboard, buildGateway } from './programs.mjs';
import { requireChromium, requireServers } from './test-programs.mjs';
import { listSlowest, listSlowestFiles, listTestFiles, summarize } from './test-report.mjs';

/**
 * Runs types, lint and every test, or the tests of one project alone.
 * @param {{args: string[], project?: string, env?: Record<string, string>}} options
 * @returns {Promise<number>} 0 only if every test there is ran and passed
 */
export async function runSuite({ args, project, env = {} }) {
  Object.assign(process.env, env);
  const tests = (/** @type {string[]} */ given, whole = false) =>
    timed('tests', () => runTests(given, { whole }));
  if (project) return tests([...args, '--project', project]);
  let hasWrongTypes = false;
  const types = timed('types', () => run('tsc', ONE_CHECKER)).then((code) => {
    hasWrongTypes = code !== 0;
    return code;
  });
  const code = await inTurn([
    () => timed('lint', runLint),
    () => timed('servers', prepareGatewayTests),
    () => timed('builds', prepareBuilds),
    // The checker ends beside the first tests: alone, it would leave a core idle.
    async () => (hasWrongTypes ? 0 : tests(args, args.length === 0)),
  ]);
  return (await types) || code;
}

/**
 * Each of several checkers works out again most of what the others did: four take twice the processor
 * time of one, beside which the other steps run.
 */
const ONE_CHECKER = ['--checkers', '1'];

/**
 * @param {(() => Promise<number>)[]} steps
 * @returns {Promise<number>} 0, or the code of the first that failed, after which none runs
 */
async function inTurn(steps) {
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * @param {string} name
 * @param {() => Promise<number>} work
 */
async function timed(name, work) {
  const startedAt = performance.now();
  const isLast = name === 'tests';
  console.log(`\n> ${name}`);
  const code = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0) console.error(`> ${name} failed after ${seconds} s`);
  else if (!isLast) console.log(`> ${name} passed in ${seconds} s`);
  return code;
}

async function runLint() {
  const code = await run('biome', ['check', '.']);
  return code === 0 && checkWords() > 0 ? 1 : code;
}

async function prepareGatewayTests() {
  await requireServers();
  return 0;
}

async function prepareBuilds() {
  process.env.CHROMIUM_PATH = await requireChromium();
  await buildDashboard();
  await buildControlPlane();
  await buildGateway();
  return 0;
}

/**
 * @param {string[]} args
 * @param {{whole: boolean}} scope whether these are all the tests there are
 */
async function runTests(args, { whole }) {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-tests-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await run('vitest', ['run', ...reporters, ...args]);
    return report(file, code, whole ? listTestFiles(root) : []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {number} code of vitest itself
 * @param {string[]} expected
 */
function report(file, code, expected) {
  const allowedSkips = JSON.parse(readFileSync(join(root, 'tests/allowed-skips.json'), 'utf8'));
  const results = readReport(file);
  const { passed, failed, complaints } = summarize(results, { expected, allowedSkips, root });
  console.log(['The slowest tests:', ...listSlowest(results, root)].join('\n'));
  console.log(['The slowest files:', ...listSlowestFiles(results, root)].join('\n'));
  for (const complaint of complaints) console.error(complaint);
  console.log(`tests: ${passed} passed, ${failed} failed`);
  return code || (complaints.length > 0 || failed > 0 ? 1 : 0);
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}
