import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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
