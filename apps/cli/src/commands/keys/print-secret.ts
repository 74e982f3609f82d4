import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import type { JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { hint, printJson, printLine } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';

/**
 * Prints the secret alone on standard output, so that `KEY=$(tollkeeper keys create …)` works.
 * Throws Failure if the answer holds none: a repeated creation does not show it again.
 */
export function printSecret(io: Surroundings, key: ApiKeyWithSecret, { json }: JsonOption): void {
  if (json) printJson(io, key);
  if (key.secret === undefined) {
    const advice = `Run "tollkeeper keys rotate ${key.id}" for a new one.`;
    const text = `The key exists, but its secret was lost with the connection. ${advice}`;
    throw new Failure(EXIT.unexpected, text);
  }
  if (json) return;
  hint(io, 'Its secret is shown only now. Keep it where secrets are kept:');
  printLine(io, key.secret);
}
