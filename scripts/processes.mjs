/** Child processes on the pinned Node, which end when their parent does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
export const pinnedNode = join(bin, 'node');

/** A person has to do something; the message says what. */
export class SetupError extends Error {}

/**
 * Puts the project's own tools, its Node among them, first on the PATH of every child, and sets up
 * the runtime. Compiled code is kept: a start takes a fifth less, and no memory for the compiler.
 * The C library asks the kernel for huge pages: keys are looked up at random places in large memory,
 * and a tenth of a decision is the way through small pages' tables. Systems without either ignore it.
 */
export function useProjectTools() {
  process.env.PATH = [bin, pathWithoutProject()].join(delimiter);
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'tollkeeper');
  process.env.GLIBC_TUNABLES ??= 'glibc.malloc.hugetlb=1';
}

/** npm has to run on the machine's own Node: it replaces the project's. */
export function pathWithoutProject() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => folder !== bin).join(delimiter);
}

/**
 * Runs a command to its end, passing on the signals that end this process.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} the exit code; 128 + n after signal n, as shells have it
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  return ended(child);
}

/**
 * Runs a command as `run` does, and gives back what it printed as well.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [settings] environment variables beside those of this process
 * @returns {Promise<{code: number, output: string}>}
 */
export async function runCopying(command, args, settings = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...process.env, ...settings },
  });
  let output = '';
  for (const [from, to] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])) {
    from.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      to.write(text);
    });
  }
  const [code] = await Promise.all([ended(child), once(child, 'close')]);
  return { code, output };
}

/**
 * Turns this process into the pinned Node running `args`, so that signals and the exit code need
 * nobody in between. An older Node cannot: it starts a child that ends when this process does.
 * @param {string[]} args
 */
export function become(args) {
  if (process.execve) process.execve(pinnedNode, [pinnedNode, ...args], process.env);
  return runOnNode(pinnedNode, args, { cwd: root });
}

/**
 * Runs a program as `run` does, on a Node; it ends with this process, even when this one is killed.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function runOnNode(node, args, options) {
  const lifeline = new URL('./lifeline.mjs', import.meta.url).href;
  const child = spawn(node, ['--import', lifeline, ...args], {
    ...options,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, TOLLKEEPER_LIFELINE: '3' },
  });
  return ended(child);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function ended(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
