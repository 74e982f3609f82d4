import { readFileSync } from 'node:fs';
import { findUnknownVariables } from '@tollkeeper/contract';
import { EXIT, Failure } from '../failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws Failure for a misspelt variable, which could leave a command to another server or key. */
export function refuseUnknownVariables(env: Environment): void {
  const given = Object.keys(env).filter((name) => env[name] !== undefined);
  const faults = findUnknownVariables(given);
  if (faults.length > 0) throw new Failure(EXIT.usage, `${faults.join('; ')}.`);
}

/** The environment, with the API key of TOLLKEEPER_API_KEY_FILE in its place. Throws Failure. */
export function readKeyFile(env: Environment): Environment {
  const path = env.TOLLKEEPER_API_KEY_FILE;
  if (!path) return env;
  if (env.TOLLKEEPER_API_KEY) {
    throw new Failure(
      EXIT.usage,
      'TOLLKEEPER_API_KEY and TOLLKEEPER_API_KEY_FILE are both set. Set only one of them.',
    );
  }
  try {
    return { ...env, TOLLKEEPER_API_KEY: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(EXIT.usage, `TOLLKEEPER_API_KEY_FILE cannot be read (${code}).`);
  }
}
