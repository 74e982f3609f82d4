#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript: this one, or the one that the project
// pins. It stays plain JavaScript because it must load on whatever Node the machine has.
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 26;
const main = new URL('../src/main.ts', import.meta.url);
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
  const { pinnedNode, runOnNode } = await import('../../../scripts/processes.mjs');
  if (!existsSync(pinnedNode)) {
    console.error(
      `Tollkeeper needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}. Run "npm ci" in its folder, which brings one.`,
    );
    return 1;
  }
  return runOnNode(pinnedNode, [fileURLToPath(main), ...process.argv.slice(2)]);
}

/** A fresh clone finds this file by its own package.json, before anything else is there. */
function isInstalled() {
  try {
    return createRequire(import.meta.url).resolve('commander') !== '';
  } catch {
    return false;
  }
}
