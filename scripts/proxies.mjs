import { delimiter, join } from 'node:path';
import { installDebianPackage, isExecutable } from './debian-package.mjs';
import { SetupError } from './processes.mjs';

/** The proxies that the gateway's tests stand behind, each the package of its own name. */
const PROXIES = ['nginx', 'caddy', 'haproxy'];

/** Names them all in the environment, as NGINX_PATH and so on; throws SetupError without one. */
export async function requireProxies() {
  for (const name of PROXIES) process.env[variableOf(name)] = await requireProxy(name);
}

/**
 * The path of the proxy, installed by apt if root.
 * @param {string} name
 */
async function requireProxy(name) {
  const found = findProxy(name);
  if (found) return found;
  const variable = variableOf(name);
  const named = process.env[variable];
  if (named) throw new SetupError(`${variable} names "${named}", which cannot be run.`);
  await installDebianPackage(name);
  const installed = findProxy(name);
  if (installed) return installed;
  throw new SetupError(
    `The gateway's tests need ${name}: install the package ${name}, or name one in ${variable}.`,
  );
}

/**
 * @param {string} name
 * @returns {string | undefined} what its variable names, else one that is installed
 */
function findProxy(name, env = process.env) {
  const named = env[variableOf(name)];
  if (named) return isExecutable(named) ? named : undefined;
  // Debian puts some where only root's PATH leads.
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} name */
const variableOf = (name) => `${name.toUpperCase()}_PATH`;
