import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a lockfile says of a package, by its path.
 * @typedef {{version?: string, integrity?: string, optional?: boolean, devOptional?: boolean,
 *   os?: string | string[], cpu?: string | string[], libc?: string[]}} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages
 */

/**
 * What the lockfile asks for on this platform and node_modules lacks. npm writes its own record of
 * what it installed last of all, so that an interrupted installation has none.
 * @param {string} folder
 * @param {{platform: string, arch: string}} machine
 * @returns {string[]}
 */
export function findMissing(folder, machine) {
  const wanted = readLockfile(join(folder, 'package-lock.json')) ?? {};
  const installed = readLockfile(join(folder, 'node_modules', '.package-lock.json'));
  if (!installed) return ['node_modules'];
  return Object.entries(wanted)
    .filter(([path, want]) => path !== '' && !isSatisfied(want, installed[path], machine))
    .map(([path]) => path);
}

/**
 * The packages that the lockfile asks for on this platform, by their paths.
 * @param {string} folder
 * @param {{platform: string, arch: string}} machine
 * @returns {string[]}
 */
export function findWanted(folder, machine) {
  const wanted = readLockfile(join(folder, 'package-lock.json')) ?? {};
  return Object.entries(wanted)
    .filter(([path, want]) => path.startsWith('node_modules/') && isNeeded(want, machine))
    .map(([path]) => path);
}

/**
 * @param {LockedPackage} want
 * @param {{platform: string, arch: string}} machine
 */
function isNeeded(want, machine) {
  return !(want.optional || want.devOptional) || isFor(machine, want);
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined} nothing where there is no lockfile, or half of one
 */
export function readLockfile(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {LockedPackage} want
 * @param {LockedPackage | undefined} have
 * @param {{platform: string, arch: string}} machine
 */
function isSatisfied(want, have, machine) {
  if (!have) return !isNeeded(want, machine);
  const sameContent = !want.integrity || want.integrity === have.integrity;
  return want.version === have.version && sameContent;
}

/**
 * Whether an optional package is the one of its kind for this machine, and so not optional at all.
 * The pinned Node needs glibc, so the ones for musl never are.
 * @param {{platform: string, arch: string}} machine
 * @param {LockedPackage} want
 */
function isFor({ platform, arch }, { os, cpu, libc }) {
  if (!os || !cpu) return false;
  const isNamed = [os].flat().includes(platform) && [cpu].flat().includes(arch);
  return isNamed && (!libc || libc.includes('glibc'));
}
