import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, SetupError } from './processes.mjs';

/** Chromium without its windows, which are a fifth of the processor time of the browser tests. */
const HEADLESS = 'chromium-headless-shell';
const NAMES = [HEADLESS, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** @returns {string | undefined} the browser that CHROMIUM_PATH names, else one that is installed */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) return isExecutable(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...MAC_APPS].find(isExecutable);
}

/** The path of a Chromium, installed by apt if root; throws SetupError where there can be none. */
export async function requireChromium() {
  const found = findChromium();
  if (found) return found;
  const named = process.env.CHROMIUM_PATH;
  if (named) throw new SetupError(`CHROMIUM_PATH names "${named}", which cannot be run.`);
  // Ubuntu does not have the first.
  for (const name of [HEADLESS, 'chromium']) {
    await installDebianPackage(name);
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new SetupError(
    'The browser tests need Chromium: install the package chromium, or name one in CHROMIUM_PATH.',
  );
}

/**
 * What tests run beside the product: servers beside a gateway, and languages that receive webhooks. Each is
 * the package of its own name.
 */
const PROGRAMS = ['nginx', 'caddy', 'haproxy', 'redis-server', 'python3', 'ruby'];

/** Names them all in the environment, as NGINX_PATH and so on; throws SetupError without one. */
export async function requirePrograms() {
  for (const name of PROGRAMS) process.env[variableOf(name)] = await requireProgram(name);
}

/**
 * The path of the program, installed by apt if root.
 * @param {string} name
 */
async function requireProgram(name) {
  const found = findProgram(name);
  if (found) return found;
  const variable = variableOf(name);
  const named = process.env[variable];
  if (named) throw new SetupError(`${variable} names "${named}", which cannot be run.`);
  await installDebianPackage(name);
  const installed = findProgram(name);
  if (installed) return installed;
  throw new SetupError(
    `The tests need ${name}: install the package ${name}, or name one in ${variable}.`,
  );
}

/**
 * @param {string} name
 * @returns {string | undefined} what its variable names, else one that is installed
 */
function findProgram(name, env = process.env) {
  const named = env[variableOf(name)];
  if (named) return isExecutable(named) ? named : undefined;
  // Debian puts some where only root's PATH leads.
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} name */
const variableOf = (name) => `${name.toUpperCase().replace('-', '_')}_PATH`;

/** @type {Promise<number> | undefined} */
let updated;

/**
 * Installs a program that tests need, where that can be done unasked: as root on Debian.
 * @param {string} name
 */
export async function installDebianPackage(name) {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return;
  console.log(`Installing ${name} (apt-get install ${name})`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  updated ??= run('apt-get', ['update', '-qq'], { env });
  await updated;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
