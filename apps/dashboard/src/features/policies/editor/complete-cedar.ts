import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { snippetCompletion } from '@codemirror/autocomplete';
import { LIMIT_SUBJECTS, LIMIT_UNITS } from '@tollkeeper/contract';
import type { CedarRecord, CedarSchema, CedarType } from './cedar-schema.ts';

const KEYWORDS = [
  'when',
  'unless',
  'if',
  'then',
  'else',
  'in',
  'is',
  'has',
  'like',
  'true',
  'false',
];

const FUNCTIONS: readonly (readonly [name: string, argument: string])[] = [
  ['ip', '10.0.0.0/8'],
  ['datetime', '2027-01-31T09:00:00Z'],
  ['duration', '1h30m'],
  ['decimal', '0.5'],
];

const DURATION_METHODS = ['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'];
const DECIMAL_METHODS = ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'];
const SET_METHODS = ['contains', 'containsAll', 'containsAny', 'isEmpty'];

/** By the type of the value that they are called on. */
const METHODS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ipaddr', ['isInRange', 'isIpv4', 'isIpv6', 'isLoopback', 'isMulticast']],
  ['ip', ['isInRange', 'isIpv4', 'isIpv6', 'isLoopback', 'isMulticast']],
  ['datetime', ['offset', 'durationSince', 'toDate', 'toTime']],
  ['duration', DURATION_METHODS],
  ['toTime', DURATION_METHODS],
  ['durationSince', DURATION_METHODS],
  ['toDate', ['offset', 'durationSince', 'toDate', 'toTime']],
  ['offset', ['offset', 'durationSince', 'toDate', 'toTime']],
  ['decimal', DECIMAL_METHODS],
]);

/** The only methods that take nothing. */
const WITHOUT_ARGUMENT = /^(to|isIpv|isLoop|isMulti|isEmpty)/;

/** Completes Cedar by what the schema says of principal, action, resource and context. */
export function completeCedar(schema: CedarSchema) {
  const words = wordsOf(schema);
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const annotated = annotationAt(before);
    if (annotated) return result(context.pos - annotated.typed.length, annotated.options);
    if (isInCommentOrString(before)) return null;
    const word = /\w*$/.exec(before)?.[0] ?? '';
    const lead = before.slice(0, before.length - word.length);
    const from = context.pos - word.length;
    if (/\.\s*$/.test(lead)) return result(from, membersAt(schema, lead));
    if (/\bAction\s*::\s*$/.test(lead)) return result(from, schema.actions.map(actionWord));
    if (lead.endsWith('::')) return null;
    if (word === '' && !context.explicit) return null;
    return result(from, words);
  };
}

const ANNOTATIONS = [
  annotationWord('limit', '10/second', 'A permit then also needs room in these rate limits.'),
  annotationWord('per', 'key', 'Whose calls one counter of the rate limits counts.'),
];
const LIMITS = ['10/second', '100/minute', '1000/hour', '10000/day'].map(valueWord);

/** What can stand at the end of the text in an annotation: what ends it, and what was typed of it. */
const PLACES: readonly (readonly [end: RegExp, options: readonly Completion[]])[] = [
  [/@(\w*)$/, ANNOTATIONS],
  [/@per\s*\(\s*"(\w*)$/, LIMIT_SUBJECTS.map(valueWord)],
  [/@limit\s*\(\s*"(?:[^"]*,\s*)?()$/, LIMITS],
  [/@limit\s*\(\s*"(?:[^"]*,\s*)?\d+\s*\/\s*(\w*)$/, LIMIT_UNITS.map(valueWord)],
];

function annotationAt(before: string) {
  for (const [end, options] of PLACES) {
    const found = end.exec(before);
    if (found && !isInCommentOrString(before.slice(0, found.index))) {
      return { typed: found[1] ?? '', options };
    }
  }
  return undefined;
}

function annotationWord(label: string, value: string, info: string): Completion {
  const detail = `("${value}")`;
  return snippetCompletion(`${label}("\${${value}}")`, { label, type: 'meta', detail, info });
}

function valueWord(label: string): Completion {
  return { label, type: 'constant' };
}

function result(from: number, options: readonly Completion[]): CompletionResult | null {
  return options.length === 0 ? null : { from, options, validFor: /^\w*$/ };
}

/** What can follow the dot that ends the text. */
function membersAt(schema: CedarSchema, lead: string): Completion[] {
  const call = /(\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*\.\s*$/.exec(lead)?.[1];
  if (call) return methodWords(METHODS.get(call) ?? []);
  const path = /\b(principal|resource|context)((?:\.\w+)*)\.\s*$/.exec(lead);
  const root = schema.variables.get(path?.[1] ?? '');
  if (!path || !root) return [];
  let type: CedarType | undefined = root;
  for (const name of (path[2] ?? '').split('.').filter(Boolean)) {
    type = typeof type === 'string' ? undefined : type?.get(name)?.type;
  }
  if (type === undefined) return [];
  if (typeof type !== 'string') return [...attributeWords(type), ...tagWords(path)];
  return methodWords(type.startsWith('Set<') ? SET_METHODS : (METHODS.get(type) ?? []));
}

/** Labels of the gateway are tags of the route. */
function tagWords(path: RegExpExecArray): Completion[] {
  if (path[1] !== 'resource' || path[2]) return [];
  return ['hasTag', 'getTag'].map((name) => ({
    ...methodWord(name),
    info: 'A label of the gateway',
  }));
}

function attributeWords(record: CedarRecord): Completion[] {
  return [...record].map(([name, { type, isOptional }]) => ({
    label: name,
    type: 'property',
    detail: `${typeof type === 'string' ? type : 'record'}${isOptional ? ', optional' : ''}`,
    ...(isOptional ? { info: `May be missing: check with “has ${name}” first.` } : {}),
  }));
}

function methodWords(names: readonly string[]): Completion[] {
  return names.map(methodWord);
}

function methodWord(name: string): Completion {
  const template = WITHOUT_ARGUMENT.test(name) ? `${name}()` : `${name}(\${})`;
  return snippetCompletion(template, { label: name, type: 'method', detail: '()' });
}

function actionWord(name: string): Completion {
  return { label: name, apply: `"${name}"`, type: 'constant' };
}

function wordsOf(schema: CedarSchema): Completion[] {
  const statement = (effect: string) =>
    snippetCompletion(`${effect} (principal, action, resource)\nwhen {\n  \${}\n};`, {
      label: effect,
      type: 'keyword',
      detail: 'a statement',
      boost: 1,
    });
  return [
    statement('permit'),
    statement('forbid'),
    ...KEYWORDS.map((label) => ({ label, type: 'keyword' })),
    ...['principal', 'action', 'resource', 'context'].map((label) => ({ label, type: 'variable' })),
    ...[...schema.entities.keys(), 'Action'].map((label) => ({
      label,
      apply: `${label}::`,
      type: 'class',
      detail: 'entity type',
    })),
    ...FUNCTIONS.map(([name, argument]) =>
      snippetCompletion(`${name}("\${${argument}}")`, {
        label: name,
        type: 'function',
        detail: `("${argument}")`,
      }),
    ),
  ];
}

/** Strings of Cedar end on their line in everything that people write. */
function isInCommentOrString(before: string): boolean {
  const outside = before.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return outside.includes('"') || outside.includes('//');
}
