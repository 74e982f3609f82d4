import { delimiter, join } from 'node:path';
import { installDebianPackage, isExecutable } from './debian-package.mjs';
import { SetupError } from './processes.mjs';

/** @returns {string | undefined} the nginx that NGINX_PATH names, else one that is installed */
function findNginx(env = process.env) {
  if (env.NGINX_PATH) return isExecutable(env.NGINX_PATH) ? env.NGINX_PATH : undefined;
  // Debian puts it where only root's PATH leads.
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isExecutable);
}

/** The path of an nginx, installed by apt if root; throws SetupError where there can be none. */
export async function requireNginx() {
  const found = findNginx();
  if (found) return found;
  const named = process.env.NGINX_PATH;
  if (named) throw new SetupError(`NGINX_PATH names "${named}", which cannot be run.`);
  await installDebianPackage('nginx');
  const installed = findNginx();
  if (installed) return installed;
  throw new SetupError(
    "The gateway's tests need nginx: install the package nginx, or name one in NGINX_PATH.",
  );
}
