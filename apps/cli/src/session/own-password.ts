import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { readSecret } from '../prompt.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Connection } from './connect.ts';

export interface PasswordOption {
  readonly passwordStdin?: true;
}

export const PASSWORD_OPTION = [
  '--password-stdin',
  'read your password from standard input; asked for on a terminal',
] as const;

/** Throws Failure where the password could be neither asked for nor read. */
export function requirePasswordSource(
  { stdin }: Surroundings,
  { kind }: Connection,
  { passwordStdin }: PasswordOption,
): void {
  if (kind === 'apiKey' || stdin.isTTY || passwordStdin) return;
  const text =
    'This needs your password, and there is no terminal to ask on. Give --password-stdin.';
  throw new Failure(EXIT.usage, text);
}

/** Asks for the password of the signed-in person again; a key needs none. */
export async function readOwnPassword(
  io: Surroundings,
  { kind }: Connection,
): Promise<{ password?: string }> {
  return kind === 'apiKey' ? {} : { password: await readSecret(io, 'Your password: ') };
}
