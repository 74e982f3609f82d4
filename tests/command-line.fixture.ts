import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { run } from '../apps/cli/src/run.ts';
import { createCliContext } from '../apps/cli/src/testing/run-command.ts';

const BIN = fileURLToPath(new URL('../apps/cli/bin/tollkeeper.mjs', import.meta.url));

export interface Given {
  readonly stdin?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** One run of the command line in its own process; `says` waits for a text on standard error. */
export function startCommand(args: readonly string[], { stdin = '', env }: Given) {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.end(stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stdout, stderr }));
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(stderr);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`Ended without ${pattern}: ${stderr}`);
      await Promise.race([once(child.stderr, 'data'), ended]);
    }
  };
  return { ended, says, interrupt: () => child.kill('SIGINT') };
}

/**
 * One run of the command line in the process of the test, where it is not the process that the test
 * is about: to start one takes longer than what the command does.
 */
export async function runCommand(args: readonly string[], { stdin = '', env = {} }: Given) {
  const { ctx, stdout, stderr } = createCliContext('/nowhere', { stdin, env, fetch });
  const now = () => new Date();
  const exitCode = await run(args, { ...ctx, now, createId: randomUUID });
  return { exitCode, stdout: stdout(), stderr: stderr() };
}
