/** The way in of `npm start`, `npm test` and the rest: sets up, then runs. Needs Node 18 and nothing installed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { become, root, run, SetupError, useProjectTools } from './processes.mjs';
import { buildControlPlane, buildDashboard, builtControlPlane } from './programs.mjs';
import { runSuite } from './suite.mjs';
import { requireChromium } from './test-programs.mjs';

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const tasks = {
  /** What every task begins with, alone. */
  'set-up': async () => 0,
  start: async (args) => {
    await buildDashboard();
    await buildControlPlane();
    return become([builtControlPlane, ...args]);
  },
  test: (args) => runSuite({ args }),
  'test-long': (args) => runSuite({ args, env: { LONG: '1' } }),
  'test-db': async (args) => {
    process.env.CHROMIUM_PATH = await requireChromium();
    return runSuite({ args, project: 'database' });
  },
  'test-oracle': () => runSuite({ args: [ORACLE_TEST], project: 'unit', env: oracleSettings() }),
  bench: (args) => runFile('bench/main.ts', args),
  screenshots: async (args) => {
    process.env.CHROMIUM_PATH = await requireChromium();
    await buildDashboard();
    return runFile('scripts/screenshots.ts', args);
  },
};

/** Compares the policy compiler with Cedar. */
const ORACLE_TEST = 'packages/verify/src/policies/oracle.test.ts';

/** A million cases, from a seed that `SEED=` repeats and the test prints. */
function oracleSettings() {
  const { ORACLE_CASES = '1000000', SEED = String(Date.now() % 2 ** 31) } = process.env;
  return { ORACLE_CASES, SEED };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`tollkeeper: ${error.message}`);
  process.exitCode = 1;
}

/** @param {string[]} argv */
async function main([name = '', ...args]) {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) {
    throw new SetupError(`No task "${name}". Choose one of ${Object.keys(tasks).join(', ')}.`);
  }
  process.chdir(root);
  await ensureInstalled();
  useProjectTools();
  return task(args);
}

/**
 * @param {string} file
 * @param {string[]} args
 */
async function runFile(file, args) {
  if (!existsSync(join(root, file))) throw new SetupError(`There is no "${file}" yet.`);
  return run('node', [file, ...args]);
}
