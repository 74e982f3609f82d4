import {
  type ApiKey,
  BULK_KEYS_MAX,
  ERRORS,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import type { Cli, JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { exitCodeOf, Failure } from '../../failure.ts';
import { hint, printJson, printLine } from '../../output.ts';
import { counted } from '../../text/counted.ts';

type Results = RouteOutput<Routes['revokeKeys']>['results'];

interface KeyChange {
  /** "Disabled". */
  readonly done: string;
  /** Follows the name of a key: " for good". */
  readonly suffix?: string;
  /** What to print below. */
  readonly advice?: string;
  readonly changeOne: (id: string) => Promise<ApiKey | undefined>;
  readonly changeMany: (ids: string[]) => Promise<{ results: Results }>;
  /** How many `changeMany` takes; as many as the API does unless given. */
  readonly atOnceMax?: number;
}

export const CHANGE_JSON_OPTION = [
  '--json',
  "print the API's JSON, for scripts; for several keys, a result for each",
] as const;

/**
 * Changes one key, or several by as few requests as possible, and prints what became of each. Some
 * refused: the others are changed, and the exit code is that of the first refusal.
 */
export async function changeKeys(
  cli: Cli,
  keys: readonly ApiKey[],
  change: KeyChange,
  { json }: JsonOption,
): Promise<void> {
  const { io } = cli;
  const { done, suffix = '', advice } = change;
  const line = ({ name, prefix }: ApiKey) => `${done} "${name}" (${prefix}…)${suffix}.`;
  const [only, ...others] = keys;
  if (only && others.length === 0) {
    const changed = await change.changeOne(only.id);
    if (json) return printJson(io, changed);
    printLine(io, line(only));
  } else {
    const results = await changeMany(keys, change);
    const refused = results.filter(({ error }) => error !== null);
    const [first] = refused;
    if (first?.error) {
      const { code } = first.error;
      cli.exitCode = exitCodeOf({ code, status: ERRORS[code].status });
    }
    if (json) {
      return printJson(io, {
        results: results.map(({ key: { id, name }, error }) => ({ id, name, error })),
      });
    }
    for (const { key, error } of results) if (error === null) printLine(io, line(key));
    for (const { key, error } of refused) hint(io, named(key, error?.detail ?? ''));
    if (first)
      hint(io, `${done} ${keys.length - refused.length} of ${counted(keys.length, 'key')}.`);
  }
  if (advice && cli.exitCode === 0) hint(io, advice);
}

/** The server's sentence, with the key in front where it does not name it. */
function named({ name }: ApiKey, sentence: string): string {
  return sentence.includes(`"${name}"`) ? sentence : `"${name}": ${sentence}`;
}

/** Where the server goes away halfway, what it had done is still reported. */
async function changeMany(
  keys: readonly ApiKey[],
  { changeMany: change, atOnceMax = BULK_KEYS_MAX }: KeyChange,
) {
  const errors = new Map<string, Results[number]['error']>();
  let isLost = false;
  for (let start = 0; start < keys.length; start += atOnceMax) {
    const ids = keys.slice(start, start + atOnceMax).map(({ id }) => id);
    const results = isLost ? failed(ids, NOT_TRIED) : await attempt(ids);
    for (const { id, error } of results) errors.set(id, error);
  }
  return keys.map((key) => ({ key, error: errors.get(key.id) ?? null }));

  async function attempt(ids: string[]): Promise<Results> {
    try {
      return (await change(ids)).results;
    } catch (error) {
      if (errors.size === 0 || !isUnanswered(error)) throw error;
      isLost = true;
      return failed(ids, UNANSWERED);
    }
  }
}

const UNANSWERED =
  'The server did not answer, so this may have happened or not. Run "tollkeeper keys list" to see.';
const NOT_TRIED = 'Not tried, since the server did not answer.';

function failed(ids: readonly string[], detail: string): Results {
  return ids.map((id) => ({ id, error: { code: 'unavailable', detail } }));
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === 'unavailable';
  return error instanceof Failure && error.exitCode === EXIT.unreachable;
}
