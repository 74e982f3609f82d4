import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupLock } from './install.mjs';
import { withLock } from './lock.mjs';
import { root, run, SetupError } from './processes.mjs';

/**
 * What is built from the sources of a folder, into its dist.
 * @typedef {{what: string, folder: string, sources: readonly string[]}} Build
 */

const NOT_SOURCES = /^(node_modules|dist|dist\.next|.*\.test\.tsx?)$/;

/**
 * Builds unless dist is of these very sources. A build that fails changes nothing.
 * @param {Build} build
 */
export async function buildOnce(build) {
  if (isBuilt(build)) return;
  await withLock(setupLock, async () => {
    if (!isBuilt(build)) await runBuild(build);
  });
}

/** @param {Build} build */
async function runBuild(build) {
  console.error(`Building ${build.what}`);
  const started = Date.now();
  const files = filesOf(build);
  const stamp = { files: fingerprintOf(files), hash: hashOf(files) };
  const next = join(root, build.folder, 'dist.next');
  const args = ['build', build.folder, '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  // The build that people get, whatever runs it: a test runner would have React check itself.
  const env = { ...process.env, NODE_ENV: 'production' };
  const code = await run('vite', args, { env });
  if (code !== 0) throw new SetupError(`${build.what} did not build (exit code ${code}).`);
  writeStamp(next, stamp);
  const built = builtOf(build);
  rmSync(built, { recursive: true, force: true });
  renameSync(next, built);
  console.error(`Built ${build.what} in ${Math.ceil((Date.now() - started) / 1000)} s`);
}

/**
 * Whether dist is of these very sources. Files that have neither another size nor another time are
 * not read again: that takes longer than all else of an ordinary start. A checkout changes the times;
 * then the content decides.
 * @param {Build} build
 */
export function isBuilt(build) {
  const built = builtOf(build);
  const stamp = readStamp(built);
  if (!stamp) return false;
  const files = filesOf(build);
  const fingerprint = fingerprintOf(files);
  if (stamp.files === fingerprint) return true;
  if (stamp.hash !== hashOf(files)) return false;
  writeStamp(built, { files: fingerprint, hash: stamp.hash });
  return true;
}

/** @param {Build} build */
function builtOf({ folder }) {
  return join(root, folder, 'dist');
}

/**
 * @param {string} folder
 * @returns {{files: string, hash: string} | undefined}
 */
function readStamp(folder) {
  try {
    const { files, hash } = JSON.parse(readFileSync(join(folder, '.sources'), 'utf8'));
    return { files, hash };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} folder
 * @param {{files: string, hash: string}} stamp
 */
function writeStamp(folder, stamp) {
  writeFileSync(join(folder, '.sources'), JSON.stringify(stamp));
}

/** @param {readonly string[]} files */
function fingerprintOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file.slice(root.length)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {readonly string[]} files */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    hash.update(`${file.slice(root.length)} ${content}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {Build} build
 * @returns {string[]}
 */
function filesOf({ sources }) {
  return sources.flatMap((source) => filesBelow(join(root, source)));
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (/\.(json|ts)$/.test(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !NOT_SOURCES.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(child) : [child];
  });
}
