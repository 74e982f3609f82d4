import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

const OPTIONS: Options = { allErrors: true, useDefaults: true, strict: false, $data: false };

/** A body is taken as it is; text in a path or a query may stand for a number. */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  const exact = new Ajv({ ...OPTIONS, coerceTypes: false });
  const coercing = new Ajv({ ...OPTIONS, coerceTypes: true });
  for (const ajv of [exact, coercing]) addFormats.default(ajv);
  return ({ schema, httpPart }) => (httpPart === 'body' ? exact : coercing).compile(schema);
}
