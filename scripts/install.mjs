import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { borrowNpm, nodePackage } from './borrow-npm.mjs';
import { withLock } from './lock.mjs';
import { findMissing, findWanted, readLockfile } from './lockfile.mjs';
import { pathWithoutProject, pinnedNode, root, run, SetupError } from './processes.mjs';

/** The folder that marks a set-up under way. */
export const setupLock = join(root, '.setup-lock');

/** Installs what package-lock.json names, unless it is there; throws SetupError if that fails. */
export async function ensureInstalled() {
  if (missing().length > 0) await installOnce();
  requirePinnedNode();
}

const missing = () => findMissing(root, process);

async function installOnce() {
  const onWait = () => console.log('Waiting for another set-up of this folder to end');
  const work = async () => {
    if (missing().length > 0) await install();
  };
  await withLock(setupLock, work, { onWait });
}

async function install() {
  const { length: count } = findWanted(root, process);
  console.log(`Installing ${count} packages (npm ci)`);
  const started = Date.now();
  const { env, giveBack } = await borrowNpm(pinnedVersion(), pathWithoutProject());
  try {
    const progress = setInterval(progressTeller(count), PROGRESS_MS);
    const args = [
      'ci',
      '--include=dev',
      '--include=optional',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
    ];
    const npm = run('npm', args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const code = await npm.finally(() => clearInterval(progress));
    if (code !== 0) throw new SetupError(`npm ci failed with exit code ${code}; see above.`);
  } finally {
    giveBack();
  }
  const left = missing();
  if (left.length > 0) throw new SetupError(`npm ci did not install ${left.join(', ')}.`);
  console.log(`Installed the packages in ${Math.ceil((Date.now() - started) / 1000)} s`);
}

const PLATFORMS = 'It needs Linux with glibc, or macOS, on x64 or arm64.';

/** A line now and then, on a terminal or in a log: npm itself says nothing until it is done. */
const PROGRESS_MS = 3_000;

/** @param {number} count */
function progressTeller(count) {
  let last = -1;
  return () => {
    const there = findWanted(root, process).filter((path) =>
      existsSync(join(root, path, 'package.json')),
    );
    if (there.length === last) return;
    last = there.length;
    const rest = last === count ? ', and npm prepares them' : '';
    console.log(`  ${last} of ${count} packages are there${rest}`);
  };
}

function pinnedVersion() {
  const packages = readLockfile(join(root, 'package-lock.json'));
  if (!packages) throw new SetupError('package-lock.json is damaged: check it out again.');
  const version = packages[`node_modules/${nodePackage()}`]?.version;
  if (!version) throw new SetupError(`There is no Node here for this machine. ${PLATFORMS}`);
  return version;
}

function requirePinnedNode() {
  const { status, error } = spawnSync(pinnedNode, ['--version'], { stdio: 'ignore' });
  if (status === 0) return;
  const why = error ? error.message : `exit code ${status}`;
  const todo = existsSync(pinnedNode) ? PLATFORMS : 'Delete node_modules and try again.';
  throw new SetupError(`The Node that this project pins does not run (${why}). ${todo}`);
}
