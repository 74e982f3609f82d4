#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript: this one, or the one that the project
// pins. It stays plain JavaScript because it must load on whatever Node the machine has.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 26;
const main = new URL('../src/main.ts', import.meta.url);
const lifeline = new URL('../../../scripts/lifeline.mjs', import.meta.url);
const cache = fileURLToPath(new URL('../../../node_modules/.cache/tollkeeper', import.meta.url));

if (!isInstalled()) {
  console.error(`Tollkeeper is not installed yet. Run "npm ci" in its folder, then this again.`);
  process.exitCode = 1;
} else {
  setUpRuntime();
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) await import(main.href);
  else process.exitCode = await runPinned();
}

/** As under `npm start` (scripts/processes.mjs): for this process and those that it starts. */
function setUpRuntime() {
  process.env.GLIBC_TUNABLES ??= 'glibc.malloc.hugetlb=1';
  process.env.NODE_COMPILE_CACHE ??= cache;
  nodeModule.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

/** @returns {Promise<number>} */
async function runPinned() {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `Tollkeeper needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}. Run "npm install" in its folder, which brings one.`,
    );
    return 1;
  }
  const args = ['--import', lifeline.href, fileURLToPath(main), ...process.argv.slice(2)];
  // It ends with this process, even when this one is killed.
  const child = spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, TOLLKEEPER_LIFELINE: '3' },
  });
  // A gateway drains on SIGTERM, and reads its configuration again on SIGHUP.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** A fresh clone finds this file by its own package.json, before anything else is there. */
function isInstalled() {
  try {
    return createRequire(import.meta.url).resolve('commander') !== '';
  } catch {
    return false;
  }
}

function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const path = join(folder, 'bin', name);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
