import { expect, it } from 'vitest';
import { z } from 'zod';
import { openApiOperation } from './openapi.ts';
import { defineRoute, isBodyOptional } from './route.ts';

const MESSAGE = defineRoute({
  method: 'POST',
  path: '/v1/messages',
  access: 'public',
  summary: 'Receive a signed message',
  tag: 'Messages',
  rawBody: { contentType: 'application/cbor', bytesMax: 1024 },
  status: 204,
  errors: [],
});

const EXPORT = defineRoute({
  method: 'GET',
  path: '/v1/export',
  access: 'audit.export',
  summary: 'Export the events',
  tag: 'Events',
  status: 200,
  stream: {
    contentType: 'application/x-ndjson',
    line: z.strictObject({ id: z.string() }),
    formats: { csv: { contentType: 'text/csv', fileName: 'events.csv' } },
  },
  errors: [],
});

it('declares a raw body by its content type and size, and that it is needed', () => {
  const operation = openApiOperation('receiveMessage', MESSAGE);
  expect(operation.requestBody).toEqual({
    description: 'At most 1024 bytes.',
    required: true,
    content: { 'application/cbor': {} },
  });
  expect(isBodyOptional(MESSAGE)).toBe(false);
  expect(operation.responses).toMatchObject({ 413: {}, 415: {} });
});

it('declares that a public route needs no credential', () => {
  expect(openApiOperation('receiveMessage', MESSAGE)).toMatchObject({ security: [] });
});

it('declares a stream by its content types and what its lines are, beside errors as JSON', () => {
  const { responses } = openApiOperation('exportEvents', EXPORT);
  const contentSchema = { type: 'object', properties: { id: { type: 'string' } } };
  const schema = { type: 'string', contentMediaType: 'application/json', contentSchema };
  expect(responses).toMatchObject({
    200: { content: { 'application/x-ndjson': { schema }, 'text/csv': {} } },
    403: { content: { 'application/problem+json': {} } },
  });
});
