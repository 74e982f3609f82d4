import { type Route, routes } from '@tollkeeper/contract';
import fastJsonStringify from 'fast-json-stringify';
import { expect, it } from 'vitest';
import { fastifySchema } from './json-schema.ts';

const answers = Object.entries<Route>(routes).flatMap(([name, route]) =>
  Object.values(fastifySchema(route).response ?? {}).map((schema) => [name, schema] as const),
);

// They are compiled with the first answer, which is too late to find out.
it.each(answers)('compiles the schema of the answer: %s', (_name, schema) => {
  expect(fastJsonStringify(schema.json)).toBeTypeOf('function');
});
