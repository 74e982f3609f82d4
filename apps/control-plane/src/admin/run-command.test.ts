import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readPassword, runCommand } from './run-command.ts';

function streams(isTTY: boolean) {
  const written: string[] = [];
  const stderr = { write: (chunk: string) => written.push(chunk) > 0 };
  return { stdin: Object.assign(new PassThrough(), { isTTY }), stderr, written };
}

it('asks on a terminal, and shows nothing of what is typed', async () => {
  const { stdin, stderr, written } = streams(true);
  const password = readPassword(stdin, stderr);
  expect(written.join('')).toContain('New password');
  stdin.write('an entirely new passphrase\r');
  expect(await password).toBe('an entirely new passphrase');
  expect(written.join('')).not.toContain('passphrase');
});

it('takes no password from somebody who gives none', async () => {
  const { stdin, stderr } = streams(true);
  const password = readPassword(stdin, stderr);
  stdin.end();
  expect(await password).toBe('');
});

it('reads all of standard input from a program, without a question', async () => {
  const { stdin, stderr, written } = streams(false);
  stdin.end('two words \n');
  expect(await readPassword(stdin, stderr)).toBe('two words ');
  expect(written).toEqual([]);
});

it('says in one line that the database cannot be reached', async () => {
  const { stdin, stderr, written } = streams(false);
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  expect(await runCommand(['requests', 'list'], { env, stdin, stdout: stderr, stderr })).toBe(8);
  expect(written).toEqual([
    'The database of DATABASE_URL cannot be used: connect ECONNREFUSED 127.0.0.1:1.\n',
  ]);
});
