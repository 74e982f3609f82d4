#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript: this one, or the one that the project
// pins. It stays plain JavaScript because it must load on whatever Node the machine has.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 26;
const main = new URL('../src/main.ts', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  await import(main.href);
} else {
  process.exitCode = runPinned();
}

function runPinned() {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `Tollkeeper needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}. Run "npm install" in its folder, which brings one.`,
    );
    return 1;
  }
  const args = [fileURLToPath(main), ...process.argv.slice(2)];
  const child = spawnSync(node, args, { stdio: 'inherit' });
  if (child.error) throw child.error;
  return child.status ?? 128 + (constants.signals[child.signal] ?? 0);
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
