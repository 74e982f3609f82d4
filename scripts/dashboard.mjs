import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupLock } from './install.mjs';
import { withLock } from './lock.mjs';
import { root, run, SetupError } from './processes.mjs';

const built = join(root, 'apps/dashboard/dist');
const next = join(root, 'apps/dashboard/dist.next');
const SOURCES = ['apps/dashboard', 'packages', 'package-lock.json'];
const NOT_SOURCES = /^(node_modules|dist|dist\.next|.*\.test\.tsx?)$/;

/** Builds the dashboard unless dist is of these very sources. A build that fails changes nothing. */
export async function buildDashboard() {
  if (isBuilt()) return;
  await withLock(setupLock, async () => {
    if (!isBuilt()) await build();
  });
}

async function build() {
  console.log('Building the dashboard');
  const hash = hashOf(SOURCES.map((source) => join(root, source)));
  const args = ['build', 'apps/dashboard', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  const code = await run('vite', args);
  if (code !== 0) throw new SetupError(`The dashboard did not build (exit code ${code}).`);
  writeFileSync(join(next, '.sources'), hash);
  rmSync(built, { recursive: true, force: true });
  renameSync(next, built);
}

function isBuilt() {
  const stamp = join(built, '.sources');
  if (!existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === hashOf(SOURCES.map((source) => join(root, source)));
}

/** @param {string[]} paths files, and folders with all below them */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesOf)) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    hash.update(`${file.slice(root.length)} ${content}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  if (path.endsWith('.json')) return [path];
  const entries = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !NOT_SOURCES.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    return entry.isDirectory() ? filesOf(child) : [child];
  });
}
