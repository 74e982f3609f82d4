import type { Route } from '@tollkeeper/contract';
import type { FastifySchema } from 'fastify';
import { z } from 'zod';

type Json = Record<string, unknown>;

const schemas = new WeakMap<Route, RouteSchema>();

/**
 * A schema of Zod that becomes JSON Schema when it is first compiled: to translate those of all routes
 * took 60 ms of each start. Fastify leaves an object of a class as it is.
 */
export class LateSchema {
  readonly #schema: z.ZodType;
  readonly #io: 'input' | 'output';
  #json?: Json;

  constructor(schema: z.ZodType, io: 'input' | 'output') {
    this.#schema = schema;
    this.#io = io;
  }

  get json(): Json {
    this.#json ??= jsonSchema(this.#schema, this.#io);
    return this.#json;
  }
}

interface RouteSchema extends FastifySchema {
  readonly params?: LateSchema;
  readonly querystring: LateSchema;
  readonly body?: LateSchema;
  readonly response?: Readonly<Record<number, LateSchema>>;
}

/**
 * The route's schemas for Fastify, made once in a process: Zod is what people write, compiled JSON
 * Schema is what runs, several times as fast.
 */
export function fastifySchema(route: Route): RouteSchema {
  const schema = schemas.get(route) ?? createSchema(route);
  schemas.set(route, schema);
  return schema;
}

function createSchema(route: Route): RouteSchema {
  return {
    ...(route.params ? { params: new LateSchema(route.params, 'input') } : {}),
    querystring: new LateSchema(route.query ?? z.strictObject({}), 'input'),
    ...(route.method === 'GET' || route.rawBody
      ? {}
      : { body: new LateSchema(route.body ?? z.strictObject({}), 'input') }),
    ...(route.response
      ? { response: { [route.status]: new LateSchema(route.response, 'output') } }
      : {}),
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const {
    $schema: _dialect,
    definitions = {},
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: json }) => coerced(zodSchema, json),
  }) as Json;
  return simplified(rest, definitions as Json) as Json;
}

/** A coerced number takes anything in Zod's eyes; in a query it is the text of a number. */
function coerced(schema: unknown, json: Json): void {
  if (schema instanceof z.ZodNumber && json.type === undefined) json.type = 'integer';
}

/**
 * Definitions in their places, without ids, and `anyOf [x, null]` as a nullable x, which the
 * serializer writes without trying branches.
 */
function simplified(value: unknown, definitions: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => simplified(item, definitions));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as Json;
  // An annotation; a property that is called id stands there as an object.
  if (typeof rest.id === 'string') delete rest.id;
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/definitions/', '');
    return simplified({ ...(definitions[name] as Json), ...rest }, definitions);
  }
  const nullable = nullableBranch(rest);
  if (nullable) return simplified(nullable, definitions);
  return Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [
      key,
      key === 'default' || key === 'enum' ? item : simplified(item, definitions),
    ]),
  );
}

function nullableBranch({ anyOf, ...rest }: Json): Json | undefined {
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return undefined;
  const [branch, other] = anyOf as [Json, Json];
  if (other.type !== 'null' || typeof branch.type !== 'string') return undefined;
  const { enum: values, ...constraints } = branch;
  return {
    ...rest,
    ...constraints,
    type: [branch.type, 'null'],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}
