import { findUnknownVariables } from '@tollkeeper/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** A misspelt variable would leave the command to another server or credential. @throws Failure */
export function refuseUnknownVariables(env: Readonly<Record<string, string | undefined>>): void {
  const given = Object.keys(env).filter((name) => env[name] !== undefined);
  const faults = findUnknownVariables(given);
  if (faults.length > 0) throw new Failure(EXIT.usage, `${faults.join('; ')}.`);
}
