import {
  compilePolicies,
  type LimitedStatement,
  readLimits,
  SECRET_HEADERS,
  UnsupportedPolicyError,
} from '@tollkeeper/verify/policies';
import { annotationPlace } from './annotation-place.ts';
import type { Refusal } from './message.ts';

/** A statement of a text: where it stands, in UTF-16 code units, and Cedar's JSON form as text. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  readonly json: string;
}

export const EXHAUSTED =
  'The text is nested too deeply, or too long to be checked. Split it, or simplify it.';

/**
 * Compiles each statement as gateways do.
 * @returns the names of the headers that they ask for, or why the first cannot be compiled
 */
export function compileStatements(
  text: string,
  statements: readonly Statement[],
): ReadonlySet<string> | Refusal {
  const headers = new Set<string>();
  for (const statement of statements) {
    const { start, end, json } = statement;
    const unsupported = findUnsupported(json);
    if (unsupported) return { message: unsupported, start, end };
    const limit = findLimitFault(text, statement);
    if (limit) return limit;
    try {
      for (const name of compilePolicies([['', JSON.parse(json)]]).headers) headers.add(name);
    } catch (error) {
      if (!(error instanceof UnsupportedPolicyError)) throw error;
      return { message: `Not supported: ${error.reason}.`, start, end };
    }
    for (const name of headers) {
      const message = headerFault(name);
      if (message) return { message, ...placeOf(text, statement, name) };
    }
  }
  return headers;
}

function headerFault(name: string): string | undefined {
  const lower = name.toLowerCase();
  // By asking again and again, the author of a policy could find out what the key of somebody else is.
  if (SECRET_HEADERS.has(lower)) {
    return `Policies cannot read the header "${name}", which holds credentials.`;
  }
  // Gateways write the names of headers in lower case: any other is in no request.
  return name === lower
    ? undefined
    : `Write the name of the header "${name}" in lower case: "${lower}".`;
}

/** Where the name of the header stands first, or else the statement. */
function placeOf(text: string, { start, end }: Statement, name: string) {
  const at = text.slice(start, end).indexOf(name);
  return at < 0 ? { start, end } : { start: start + at, end: start + at + name.length };
}

/** Levels of JSON in one statement: what PostgreSQL and every reader of the policy can nest. */
const LEVELS_MAX = 2000;

/** What Cedar and the compiler accept, and this version does not. */
function findUnsupported(json: string): string | undefined {
  if (levelsOf(json) > LEVELS_MAX) return EXHAUSTED;
  // An escaped NUL, and no escaped backslash before its letters. PostgreSQL stores none in JSON.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json)) return 'The character NUL is not supported.';
  return undefined;
}

/** What is wrong with `@limit` or `@per`, which Cedar takes for mere text. */
function findLimitFault(text: string, { start, end, json }: Statement): Refusal | undefined {
  const { effect, annotations = {} } = JSON.parse(json) as Partial<LimitedStatement>;
  const limits = readLimits({ id: '', effect: effect ?? 'permit', annotations });
  if (!('message' in limits)) return undefined;
  const { annotation, message, part } = limits;
  return { message, ...(annotationPlace(text, start, annotation, part) ?? { start, end }) };
}

/** How deep the JSON text is nested, counted without recursion. */
function levelsOf(json: string): number {
  let [level, deepest] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++level);
    else if (token === '}' || token === ']') level -= 1;
  }
  return deepest;
}
