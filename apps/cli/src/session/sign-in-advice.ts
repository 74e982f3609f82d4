import type { Surroundings } from '../surroundings.ts';
import { findCredentials } from './credentials.ts';
import { DEFAULT_URL, loginCommand } from './server-url.ts';

/** What to do about a credential that the server refused, whichever one was sent. */
export async function signInAdvice(io: Pick<Surroundings, 'env' | 'homeFolder'>): Promise<string> {
  if (io.env.TOLLKEEPER_API_KEY) {
    return 'Set TOLLKEEPER_API_KEY to another key, or unset it and run "tollkeeper login".';
  }
  const stored = await findCredentials(io).catch(() => undefined);
  const url = io.env.TOLLKEEPER_URL || stored?.url || DEFAULT_URL;
  return `Run "${loginCommand(url)}", or set TOLLKEEPER_API_KEY.`;
}
