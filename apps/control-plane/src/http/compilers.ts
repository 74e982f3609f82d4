import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fastJsonStringify from 'fast-json-stringify';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import { LateSchema } from './json-schema.ts';

/**
 * To name every fault, Ajv runs patterns also on texts that are too long. Longer than any text that a pattern takes,
 * one is refused unread: then no pattern costs more than a moment.
 */
const PATTERN_TEXT_MAX = 512;
/** The longest text of a field with the pattern, of those that take longer ones. */
const longerMax = new Map<string, number>();
const boundedRegExp = Object.assign(
  (pattern: string, flags: string) => {
    const compiled = new RegExp(pattern, flags);
    return {
      test: (text: string) =>
        text.length <= (longerMax.get(pattern) ?? PATTERN_TEXT_MAX) && compiled.test(text),
      // Ajv tells patterns apart by their text: without it, the first would serve for all.
      toString: () => String(compiled),
    };
  },
  { code: 'boundedRegExp' },
);

/** Notes how long texts the patterns of a schema take. @param lengthMax of the text that holds them */
function noteLengths(schema: unknown, lengthMax = 0): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { pattern, maxLength = lengthMax } = schema as { pattern?: unknown; maxLength?: unknown };
  const length = typeof maxLength === 'number' ? maxLength : 0;
  if (typeof pattern === 'string' && length > (longerMax.get(pattern) ?? PATTERN_TEXT_MAX)) {
    longerMax.set(pattern, length);
  }
  for (const each of Object.values(schema)) noteLengths(each, length);
}

const OPTIONS: Options = {
  allErrors: true,
  useDefaults: true,
  strict: false,
  $data: false,
  // A fault then says which fields there are.
  verbose: true,
  code: { regExp: boundedRegExp },
};

const ajv = createAjv();

function createAjv(): Ajv {
  const created = new Ajv(OPTIONS);
  addFormats.default(created);
  return created.addFormat('without-nul', (text: string) => !text.includes('\0'));
}

/**
 * A body is taken as it is; text in a path or a query may stand for a number. A schema is compiled
 * with its first request, once in a process: to compile all of them took an eighth of a start.
 */
export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  compileLater(schema, httpPart !== 'body');

/** A validator whose faults Fastify reads from `errors`, as it does from one of Ajv's own. */
function compileLater(schema: object, isText: boolean) {
  let compiled: ValidateFunction | undefined;
  const validate = (data: unknown) => {
    compiled ??= compile(jsonOf(schema));
    if (isText) readNumbers(data, jsonOf(schema));
    const isValid = compiled(data);
    result.errors = compiled.errors ?? null;
    return isValid;
  };
  const result = Object.assign(validate, { errors: null as ErrorObject[] | null });
  return result;
}

function compile(schema: object): ValidateFunction {
  noteLengths(schema);
  return ajv.compile(schema);
}

const WHOLE = /^-?\d{1,15}$/;

/** Texts that stand for whole numbers become them, unless they are written as `1e2` or `0x64`. */
function readNumbers(data: unknown, { properties = {} }: { readonly properties?: object }): void {
  const given = data as Record<string, unknown>;
  for (const [name, { type }] of Object.entries(properties)) {
    const text = given[name];
    if (type === 'integer' && typeof text === 'string' && WHOLE.test(text)) {
      given[name] = Number(text);
    }
  }
}

function jsonOf(schema: object): object {
  return schema instanceof LateSchema ? schema.json : schema;
}

type Serialize = (data: unknown) => string;

const serializers = new WeakMap<object, Serialize>();

/**
 * As Fastify compiles the schema of an answer, but with the first one that it writes, and once in a
 * process: to compile all of them took a tenth of a start.
 */
export const compileSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  let serialize: Serialize | undefined;
  return (data) => {
    serialize ??= serializerOf(jsonOf(schema));
    return serialize(data);
  };
};

function serializerOf(schema: object): Serialize {
  const serialize = serializers.get(schema) ?? fastJsonStringify(schema);
  serializers.set(schema, serialize);
  return serialize;
}
