import { writeFileSync } from 'node:fs';
import { checkWords } from './check-words.mjs';
import { runCopying } from './processes.mjs';
import { buildControlPlane, buildDashboard, buildGateway } from './programs.mjs';
import { runTests } from './run-tests.mjs';
import { requireChromium, requirePrograms } from './test-programs.mjs';
import { firstLines } from './test-report.mjs';

/** What is printed last: each failure, and how many tests passed. */
const summary = /** @type {string[]} */ ([]);

/**
 * Runs types, lint and every test, or the tests of one project alone. Its last lines name each failure;
 * they are also written to the file that SUMMARY_FILE names.
 * @param {{args: string[], project?: string, env?: Record<string, string>}} options
 * @returns {Promise<number>} 0 only if every test there is ran and passed
 */
export async function runSuite({ args, project, env = {} }) {
  Object.assign(process.env, env);
  const { SUMMARY_FILE: file } = process.env;
  const code = await runSteps(args, project);
  console.log(['', ...summary].join('\n'));
  if (file) writeFileSync(file, `${summary.join('\n')}\n`);
  return code;
}

/**
 * @param {string[]} args
 * @param {string | undefined} project
 */
async function runSteps(args, project) {
  const tests = (/** @type {string[]} */ given, whole = false) =>
    timed('tests', async () => {
      const { code, lines } = await runTests(given, { whole });
      summary.push(...lines);
      return code;
    });
  if (project) return tests([...args, '--project', project]);
  let hasWrongTypes = false;
  const types = timed('types', () => runCheck('tsc', ONE_CHECKER, NO_COLLECTING)).then((code) => {
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
/** To collect its garbage takes a third of the checker's time, and saves a tenth of its 2.2 GB. */
const NO_COLLECTING = { GOGC: 'off', GOMEMLIMIT: '4GiB' };

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
  if (code !== 0) {
    if (!isLast) summary.push(`${name} failed after ${seconds} s`);
    console.error(`> ${name} failed after ${seconds} s`);
  } else if (!isLast) console.log(`> ${name} passed in ${seconds} s`);
  return code;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [settings] environment variables
 */
async function runCheck(command, args, settings) {
  const { code, output } = await runCopying(command, args, settings);
  if (code !== 0) summary.push(`FAILED ${command}`, ...firstLines(output));
  return code;
}

async function runLint() {
  const code = await runCheck('biome', ['check', '.']);
  return code === 0 && checkWords() > 0 ? 1 : code;
}

async function prepareGatewayTests() {
  await requirePrograms();
  return 0;
}

async function prepareBuilds() {
  process.env.CHROMIUM_PATH = await requireChromium();
  await buildDashboard();
  await buildControlPlane();
  await buildGateway();
  return 0;
}
