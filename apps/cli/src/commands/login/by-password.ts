import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { ask, readSecret } from '../../prompt.ts';
import type { Credentials } from '../../session/credentials.ts';
import { signIn } from '../../session/sign-in.ts';
import { createTransport } from '../../session/transport.ts';
import type { Surroundings } from '../../surroundings.ts';
import type { LoginOptions } from './options.ts';

/** For terminals without a browser, and scripts without a second factor. */
export async function loginByPassword(
  io: Surroundings,
  url: string,
  { email: given, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  if (!io.stdin.isTTY && (!passwordStdin || given === undefined)) {
    const text =
      'There is no terminal to ask on. Give --email and --password-stdin, or --api-key-stdin.';
    throw new Failure(EXIT.usage, text);
  }
  const email = given ?? (await ask(io, `Email for ${url}: `)).trim();
  const password = await readSecret(io, `Password for ${email} at ${url}: `);
  const request = createTransport(io.fetch);
  const cookie = await signIn(request, url, { email, password }, () => askCode(io));
  return { kind: 'session', url, cookie };
}

async function askCode(io: Surroundings): Promise<string> {
  if (io.stdin.isTTY) return ask(io, 'Code of your authenticator app, or a backup code: ');
  const advice = 'Sign in on a terminal, with --no-browser, or with --api-key-stdin.';
  throw new Failure(EXIT.unauthenticated, `The account has a second factor. ${advice}`);
}
