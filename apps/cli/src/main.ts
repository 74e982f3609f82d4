#!/usr/bin/env node
/** The command line of Tollkeeper: takes what it needs from the process, runs one command. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants, homedir } from 'node:os';
import { run } from './run.ts';

// A reader that has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  homeFolder: homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  fetch,
  now: () => new Date(),
  createId: randomUUID,
  runNode,
});

function runNode(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
