import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { readSecret } from '../../prompt.ts';
import { parseApiKey } from '../../session/api-key-text.ts';
import type { Credentials } from '../../session/credentials.ts';
import type { Surroundings } from '../../surroundings.ts';
import type { LoginOptions } from './options.ts';

export async function loginByApiKey(
  io: Surroundings,
  url: string,
  { email, password, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  if (email !== undefined || password || passwordStdin) {
    const text = 'An API key needs no email or password: give --api-key-stdin alone.';
    throw new Failure(EXIT.usage, text);
  }
  const apiKey = parseApiKey(await readSecret(io, 'API key: '), 'Standard input');
  return { kind: 'apiKey', url, apiKey };
}
