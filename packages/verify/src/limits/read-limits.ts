import { LIMIT_SUBJECTS, LIMIT_UNITS } from '@tollkeeper/contract';
import { type LimitSubject, type RateLimit, UNIT_MS } from './rate-limit.ts';

/** What is wrong with an annotation, and where. */
export interface LimitFault {
  readonly annotation: 'limit' | 'per';
  /** A sentence for the author of the policy. */
  readonly message: string;
  /** The part of the value that is at fault, in UTF-16 code units; undefined for the annotation itself. */
  readonly part: { readonly start: number; readonly end: number } | undefined;
}

export interface LimitedStatement {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** By name. Cedar gives one without a value as null or as an empty text. */
  readonly annotations: Readonly<Record<string, unknown>>;
}

const COUNT_MAX = 1_000_000;
const SHAPE = /^([0-9]+)[ \t]*\/[ \t]*([A-Za-z]+)$/;
const SUBJECTS = LIMIT_SUBJECTS.map((each) => `"${each}"`)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');
const NONE: readonly RateLimit[] = [];

/** The limits of `@limit("10/second, 100/minute")` and `@per("key")`, or what is wrong with them. */
export function readLimits({
  id,
  effect,
  annotations,
}: LimitedStatement): readonly RateLimit[] | LimitFault {
  const limit = annotationOf(annotations, 'limit');
  const per = annotationOf(annotations, 'per');
  if (limit === undefined) {
    if (per === undefined) return NONE;
    return faultOf('per', 'Give "@per" together with "@limit", such as @limit("10/second").');
  }
  if (effect !== 'permit') {
    return faultOf('limit', 'Only a permit can have "@limit": a forbid lets nothing through.');
  }
  const subject = readSubject(per ?? 'key');
  return typeof subject === 'string' ? readParts(id, limit, subject) : subject;
}

function annotationOf(annotations: LimitedStatement['annotations'], name: string) {
  if (!Object.hasOwn(annotations, name)) return undefined;
  const value = annotations[name];
  return typeof value === 'string' ? value : '';
}

function readSubject(text: string): LimitSubject | LimitFault {
  const subject = LIMIT_SUBJECTS.find((each) => each === text);
  if (subject !== undefined) return subject;
  const part = { start: 0, end: text.length };
  return faultOf('per', `"@per" must be ${SUBJECTS}; it is "${text}".`, part);
}

function readParts(id: string, text: string, per: LimitSubject): RateLimit[] | LimitFault {
  const limits: RateLimit[] = [];
  let start = 0;
  for (const written of text.split(',')) {
    const from = start + written.length - written.trimStart().length;
    const part = { start: from, end: from + written.trim().length };
    start += written.length + 1;
    const limit = readPart(id, written.trim(), per);
    const fault = typeof limit === 'string' ? limit : repeated(limits, limit);
    if (typeof limit === 'string' || fault !== undefined)
      return faultOf('limit', fault ?? '', part);
    limits.push(limit);
  }
  return limits;
}

/** @returns a sentence where it is none */
function readPart(id: string, text: string, per: LimitSubject): RateLimit | string {
  const [, digits = '', written = ''] = SHAPE.exec(text) ?? [];
  if (digits === '') {
    return `Write a limit as a number, a slash and a unit, such as "10/second"; it is "${text}".`;
  }
  const unit = LIMIT_UNITS.find((each) => each === written);
  if (unit === undefined) {
    return `The unit of a limit must be second, minute, hour or day; it is "${written}".`;
  }
  const count = Number(digits);
  if (count < 1 || count > COUNT_MAX) {
    return `A limit must be from 1 to ${COUNT_MAX.toLocaleString('en')}; it is ${digits}.`;
  }
  const name = `${count}/${unit} per ${per}`;
  return { id: `${id} ${name}`, name, count, unit, windowMs: UNIT_MS[unit], per };
}

/** One for each unit, so that there are no more than four. */
function repeated(limits: readonly RateLimit[], { windowMs, name }: RateLimit): string | undefined {
  if (!limits.some((each) => each.windowMs === windowMs)) return undefined;
  return `Give one limit for each unit; "${name.replace(/ .*/, '')}" is a second one.`;
}

function faultOf(
  annotation: LimitFault['annotation'],
  message: string,
  part?: LimitFault['part'],
): LimitFault {
  return { annotation, message, part };
}
