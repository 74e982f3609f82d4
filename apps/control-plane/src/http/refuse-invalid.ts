import { PATTERN_RULES } from '@tollkeeper/contract';
import type { FastifyError } from 'fastify';

type Fault = NonNullable<FastifyError['validation']>[number];

/** Faults named in one answer: a small body must not make a large one. */
const FAULTS_MAX = 20;

/**
 * What the schemas of a route say against a request, in sentences. A path that no id can have names
 * nothing that exists.
 */
export function refuseInvalid(error: FastifyError) {
  if (error.validationContext === 'params') {
    const detail = 'There is nothing under this address. Check the id in it.';
    return { code: 'not_found', detail } as const;
  }
  const faults = (error.validation ?? []).slice(0, FAULTS_MAX).filter(isToldOnce);
  const named = faults.map((fault) => {
    const { instancePath, message, params, keyword } = fault;
    const extra = keyword === 'additionalProperties' ? `/${params.additionalProperty}` : '';
    const lacking = keyword === 'required' ? `/${params.missingProperty}` : '';
    return {
      path:
        `${instancePath}${extra}${lacking}`.replace(/^\//, '') ||
        (error.validationContext ?? 'body'),
      message:
        keyword === 'minProperties'
          ? `must name at least one of ${fieldsOf(fault)}`
          : fieldMessage(keyword, params, message, formatOf(fault)),
    };
  });
  // What two parts of a schema both ask for is said once.
  const errors = [...new Map(named.map((each) => [JSON.stringify(each), each])).values()];
  const list = errors.map(({ path, message }) => `"${path}" ${message}`).join('; ');
  return { code: 'validation_failed', detail: `${list}.`, details: { errors } } as const;
}

function formatOf(fault: Fault): unknown {
  return (fault as { parentSchema?: { format?: unknown } }).parentSchema?.format;
}

/** What an edit could have named. */
function fieldsOf(fault: Fault): string {
  const { parentSchema } = fault as { parentSchema?: { properties?: object } };
  return Object.keys(parentSchema?.properties ?? {})
    .filter((name) => name !== 'etag')
    .map((name) => `"${name}"`)
    .join(', ');
}

/**
 * Where Zod asks for a format it asks for a pattern too, which says more, as its type is said before
 * the values of that type. A text that is empty or
 * too long has that fault alone: one that is far too long is not compared with any pattern.
 */
function isToldOnce({ keyword, instancePath }: Fault, _at: number, all: readonly Fault[]): boolean {
  const hidden = HIDDEN_BY.get(keyword) ?? [];
  return !all.some(
    (other) => other.instancePath === instancePath && hidden.includes(other.keyword),
  );
}

const HIDDEN_BY: ReadonlyMap<string, readonly string[]> = new Map([
  ['enum', ['type']],
  ['format', ['pattern', 'minLength', 'maxLength']],
  ['pattern', ['minLength', 'maxLength']],
]);

const UNEXPECTED_FORM = 'is not in the format that the API document describes';
const WITHOUT_NUL = 'must not contain the character NUL';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['object', 'an object'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['null', 'null'],
]);

/** @param type one of JSON Schema, or several */
function typeMessage(type: unknown, format: unknown): string {
  const names = [type].flat().flatMap((each) => String(each).split(','));
  const words = names.map((name) =>
    name === 'string' && format === 'date-time' ? 'a time' : (TYPES.get(name) ?? name),
  );
  return `must be ${words.join(', or ')}`;
}

function fieldMessage(
  keyword: string,
  params: Record<string, unknown>,
  message: string | undefined,
  format: unknown,
) {
  switch (keyword) {
    case 'additionalProperties':
      return 'is not a field of this request';
    case 'required':
      return 'is needed';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}`;
    case 'type':
      return typeMessage(params.type, format);
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    case 'minLength':
      return params.limit === 1
        ? 'must not be empty'
        : `must have at least ${params.limit} characters`;
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} items`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    case 'maxItems':
      return `must have at most ${params.limit} items`;
    case 'pattern':
      return PATTERN_RULES.get(String(params.pattern)) ?? UNEXPECTED_FORM;
    case 'format':
      return params.format === 'without-nul' ? WITHOUT_NUL : UNEXPECTED_FORM;
    default:
      return message ?? 'is not valid';
  }
}
