#!/usr/bin/env node
/** The command line of Tollkeeper: takes what it needs from the process, runs one command. */
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Program } from './cli-context.ts';
import { EXIT } from './failure.ts';
import { run } from './run.ts';

// A reader that has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.stderr.on('error', () => undefined);

// Whatever a command waits for: the code that scripts know, and the prompt on its own line.
process.once('SIGINT', () => {
  process.stderr.write('\n');
  process.exit(EXIT.interrupted);
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  platform: process.platform,
  homeFolder: homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  fetch,
  now: () => new Date(),
  sleep: (ms) => setTimeout(ms),
  createId: randomUUID,
  openLink,
  runProgram,
});

async function openLink(link: string): Promise<void> {
  const { default: open } = await import('open');
  await open(link).catch(() => undefined);
}

async function runProgram(program: Program, args: readonly string[]): Promise<number> {
  const { findProgram } = await import('../../../scripts/programs.mjs');
  const { runOnNode } = await import('../../../scripts/processes.mjs');
  const file = await findProgram(program);
  // It is the child that ends, or reads its configuration again; this process waits for it.
  process.removeAllListeners('SIGINT');
  return runOnNode(process.execPath, [file, ...args]);
}
