import {
  type ApiKey,
  BULK_KEYS_MAX,
  ERRORS,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import type { CliContext } from '../../cli-context.ts';
import { verb } from '../../command/verb.ts';
import { exitCodeOf } from '../../explain.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { counted } from '../../text/format.ts';
import { KEYS, openKeys } from './open-key.ts';

type Results = RouteOutput<Routes['revokeKeys']>['results'];

/** What a command has to know of a key; one that is deleted has its id as its name, and no prefix. */
export type NamedKey = Pick<ApiKey, 'id' | 'name'> & { readonly prefix: string | null };

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

/** What became of each key. */
interface Outcome {
  readonly change: KeyChange;
  readonly results: readonly { readonly key: NamedKey; readonly error: Results[number]['error'] }[];
  /** What --json prints. */
  readonly json: unknown;
}

const JSON_HELP = "Print the API's JSON, for scripts; for several keys, a result for each";

export const disableKeys = verb({
  name: 'disable',
  summary: 'Refuse every request with the keys until they are enabled again',
  examples: ['keys disable ci-pipeline staging-gateway'],
  args: [KEYS],
  json: { help: JSON_HELP },
  run: async ({ ctx, args: [references] }) => {
    const { client, keys } = await openKeys(ctx, references);
    return changeKeys(keys, {
      done: 'Disabled',
      advice: '"tollkeeper keys enable" undoes it.',
      changeOne: (id) => client.disableKey({ params: { id } }),
      changeMany: (ids) => client.disableKeys({ body: { ids } }),
    });
  },
  answer: ({ json }) => json,
  print: printOutcome,
  exitCode: exitCodeOfOutcome,
});

export const enableKeys = verb({
  name: 'enable',
  summary: 'Accept disabled keys again',
  args: [KEYS],
  json: { help: JSON_HELP },
  run: async ({ ctx, args: [references] }) => {
    const { client, keys } = await openKeys(ctx, references);
    return changeKeys(keys, {
      done: 'Enabled',
      changeOne: (id) => client.enableKey({ params: { id } }),
      changeMany: (ids) => client.enableKeys({ body: { ids } }),
    });
  },
  answer: ({ json }) => json,
  print: printOutcome,
  exitCode: exitCodeOfOutcome,
});

/** Changes one key, or several by as few requests as possible. If some are refused, others change. */
export async function changeKeys(keys: readonly NamedKey[], change: KeyChange): Promise<Outcome> {
  const [only, ...others] = keys;
  if (only && others.length === 0) {
    const json = await change.changeOne(only.id);
    return { change, results: [{ key: only, error: null }], json };
  }
  const results = await changeMany(keys, change);
  const json = { results: results.map(({ key: { id, name }, error }) => ({ id, name, error })) };
  return { change, results, json };
}

export function printOutcome(ctx: CliContext, { change, results }: Outcome): void {
  const { done, suffix = '', advice } = change;
  const refused = results.filter(({ error }) => error !== null);
  for (const { key, error } of results) {
    if (error === null) printLine(ctx, `${done} ${labelOf(key)}${suffix}.`);
  }
  for (const { key, error } of refused) hint(ctx, named(key, error?.detail ?? ''));
  if (refused.length > 0) {
    hint(ctx, `${done} ${results.length - refused.length} of ${counted(results.length, 'key')}.`);
  } else if (advice) hint(ctx, advice);
}

export function labelOf({ name, prefix }: NamedKey): string {
  return prefix === null ? `"${name}"` : `"${name}" (${prefix}…)`;
}

/** That of the first refusal. */
export function exitCodeOfOutcome({ results }: Outcome): ExitCode {
  const first = results.find(({ error }) => error !== null);
  if (!first?.error) return EXIT.ok;
  const { code } = first.error;
  return exitCodeOf({ code, status: ERRORS[code].status });
}

/** The server's sentence, with the key in front where it does not name it. */
function named({ name }: NamedKey, sentence: string): string {
  return sentence.includes(`"${name}"`) ? sentence : `"${name}": ${sentence}`;
}

/** If the server becomes unreachable halfway, what it had done is still reported. */
async function changeMany(
  keys: readonly NamedKey[],
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
