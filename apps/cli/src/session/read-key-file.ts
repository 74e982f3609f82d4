import { readFileSync } from 'node:fs';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment, with the API key of TOLLKEEPER_API_KEY_FILE in its place. @throws Failure */
export function readKeyFile(env: Environment): Environment {
  const path = env.TOLLKEEPER_API_KEY_FILE;
  if (!path) return env;
  if (env.TOLLKEEPER_API_KEY) {
    throw new Failure(
      EXIT.usage,
      'TOLLKEEPER_API_KEY and TOLLKEEPER_API_KEY_FILE are both set. Set one of them.',
    );
  }
  return { ...env, TOLLKEEPER_API_KEY: read(path) };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(EXIT.usage, `TOLLKEEPER_API_KEY_FILE cannot be read (${code}).`);
  }
}
