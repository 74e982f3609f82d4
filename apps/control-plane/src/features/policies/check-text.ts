import type { PolicyFinding } from '@tollkeeper/contract';
import { compilePolicies, policySchema, UnsupportedPolicyError } from '@tollkeeper/verify';
import { askCedar } from './cedar/ask-cedar.ts';
import type { CedarFinding, Parsed, Statement } from './cedar/message.ts';
import { textPlaces } from './cedar/text-places.ts';

/** What is known of the text of a policy. It can be saved where there are no errors. */
export interface CheckedText {
  /** Cedar's JSON form of each statement. */
  readonly statements: readonly unknown[];
  readonly errors: readonly PolicyFinding[];
  readonly warnings: readonly PolicyFinding[];
}

/** Errors, or warnings, named in one answer: a small text must not make a large one. */
const FINDINGS_MAX = 50;

/** Parses the text, compiles it as gateways do, and validates it against the schema. */
export async function checkText(text: string): Promise<CheckedText> {
  const refuse = (errors: readonly PolicyFinding[]) => ({ statements: [], errors, warnings: [] });
  const whole = (message: string) => refuse([findingAt(text, message, 0, text.length)]);
  const parsed = await askCedar({ kind: 'parse', text });
  if (parsed.kind === 'exhausted') return whole(EXHAUSTED);
  if (parsed.errors.length > 0) return refuse(findingsOf(text, parsed.errors));
  if (parsed.hasTemplates)
    return whole('Templates with ?principal or ?resource are not supported.');
  if (parsed.statements.length === 0) return whole('Write at least one statement.');
  const compiled = compile(text, parsed);
  if ('message' in compiled) return refuse([compiled]);
  const validated = await askCedar({ kind: 'validate', text, schema: compiled.schema });
  if (validated.kind === 'exhausted') return whole(EXHAUSTED);
  const errors = findingsOf(text, validated.errors);
  const warnings = findingsOf(text, validated.warnings);
  return { statements: parsed.statements.map(({ json }) => JSON.parse(json)), errors, warnings };
}

const EXHAUSTED =
  'The text is nested too deeply, or too long to be checked. Split it, or simplify it.';

/** @returns the schema to validate with, or why a statement cannot be compiled */
function compile(text: string, { statements }: Parsed): { schema: string } | PolicyFinding {
  const headers = new Set<string>();
  for (const statement of statements) {
    const { start, end, json } = statement;
    const unsupported = findUnsupported(json);
    if (unsupported) return findingAt(text, unsupported, start, end);
    try {
      const compiled = compilePolicies([['', JSON.parse(json)]]);
      for (const name of compiled.headers) headers.add(name);
    } catch (error) {
      if (!(error instanceof UnsupportedPolicyError)) throw error;
      return findingAt(text, `Not supported: ${error.reason}.`, start, end);
    }
    const upper = [...headers].find((name) => name !== name.toLowerCase());
    if (upper !== undefined) return upperCaseHeader(text, statement, upper);
  }
  return { schema: policySchema(headers) };
}

/** Gateways write the names of headers in lower case: any other is in no request. */
function upperCaseHeader(text: string, { start, end }: Statement, name: string): PolicyFinding {
  const at = text.slice(start, end).indexOf(name);
  const from = at < 0 ? start : start + at;
  const message = `Write the name of the header "${name}" in lower case: "${name.toLowerCase()}".`;
  return findingAt(text, message, from, at < 0 ? end : from + name.length);
}

/** Levels of JSON in one statement: what PostgreSQL and every reader of the policy can nest. */
const LEVELS_MAX = 2000;

/** What Cedar and the compiler accept, and this version does not. */
function findUnsupported(json: string): string | undefined {
  if (levelsOf(json) > LEVELS_MAX) return EXHAUSTED;
  // An escaped NUL, and no escaped backslash before its letters. PostgreSQL stores none in JSON.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json)) return 'The character NUL is not supported.';
  const { annotations } = JSON.parse(json) as { annotations?: Record<string, unknown> };
  const limit = ['limit', 'per'].find((name) => annotations && Object.hasOwn(annotations, name));
  return limit && `The annotation "@${limit}" is not supported in this version.`;
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

function findingAt(text: string, message: string, start: number, end: number): PolicyFinding {
  return { message, ...textPlaces(text).place(start, end) };
}

/** In the order of the text. What Cedar finds for several methods is said once. */
function findingsOf(text: string, found: readonly CedarFinding[]): PolicyFinding[] {
  const places = textPlaces(text);
  const bytes = Buffer.byteLength(text);
  const sorted = found
    .map((finding) => ({
      finding,
      place: finding.places[0] ?? { label: null, start: 0, end: bytes },
    }))
    .toSorted((a, b) => a.place.start - b.place.start || a.place.end - b.place.end);
  const once = new Map(
    sorted
      .toReversed()
      .map((each) => [`${each.place.start} ${withoutAction(messageOf(each.finding))}`, each]),
  );
  return [...once.values()]
    .reverse()
    .slice(0, FINDINGS_MAX)
    .map(({ finding, place: { start, end } }) => ({
      message: withoutAction(messageOf(finding)),
      ...places.place(places.fromByte(start), places.fromByte(end)),
    }));
}

/** Cedar names each statement by a number that nobody sees. */
function messageOf({ message, help, places }: CedarFinding): string {
  const label = places[0]?.label;
  const said = label ? `${message}: ${label}` : message;
  const sentences = [said, help ?? ''].map((each) =>
    each.replace(/^(failed to parse policies from string: |for policy `policy\d+`, )/, ''),
  );
  return sentences
    .filter((each) => each !== '')
    .map((each) => each.charAt(0).toUpperCase() + each.slice(1))
    .join('. ');
}

function withoutAction(message: string): string {
  return message.replace(/ for Action::"[A-Z]+"/g, '');
}
