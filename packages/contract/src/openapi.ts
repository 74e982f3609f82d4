import { z } from 'zod';
import { ERRORS, type ErrorCode, problem } from './errors.ts';
import { openApiWebhooks } from './openapi-webhooks.ts';
import { isBodyOptional, type RawBody, type Route, type StreamAnswer, takesEtag } from './route.ts';
import { routes } from './routes/index.ts';
import { webhookPayload } from './webhook-schemas.ts';

type Json = Record<string, unknown>;

/** Among them what the head of a request alone can cause, before any route is found. */
const EVERY_ROUTE: readonly ErrorCode[] = [
  'malformed_request',
  'request_timeout',
  'validation_failed',
  'rate_limited',
  'headers_too_large',
  'internal',
  'unavailable',
];
const WITH_CREDENTIAL: readonly ErrorCode[] = [
  'unauthenticated',
  'invalid_key',
  'revoked',
  'disabled',
  'expired',
  'owner_inactive',
  'wrong_workspace',
  'ip_not_allowed',
  'member_suspended',
  // X-Organization-Id can name an organization that the caller cannot see.
  'not_found',
];
const WITH_OPTIONAL_SESSION: readonly ErrorCode[] = [
  'unauthenticated',
  'ip_not_allowed',
  'two_factor_required',
];
/** A request that may carry a body, whether or not the route takes one. */
const WITH_BODY: readonly ErrorCode[] = [
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
];

/** Of what changes something by a credential, while a key is being revoked with what it created. */
const WITH_CHANGE: readonly ErrorCode[] = ['cascade_undetermined'];

/** Every code that the route can answer. */
export function routeErrors(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>([...EVERY_ROUTE, ...route.errors]);
  if (route.access !== 'public') for (const code of WITH_CREDENTIAL) codes.add(code);
  if (route.access !== 'public' && !route.withoutSecondFactor) codes.add('two_factor_required');
  if (route.access !== 'public' && route.access !== 'credential') codes.add('insufficient_scope');
  if (route.optionalSession) for (const code of WITH_OPTIONAL_SESSION) codes.add(code);
  if (route.params) codes.add('not_found');
  if (route.access !== 'public' && route.method !== 'GET' && !route.changesNothing)
    for (const code of WITH_CHANGE) codes.add(code);
  if (route.method !== 'GET')
    for (const code of [...WITH_BODY, 'cross_origin'] as const) codes.add(code);
  return [...codes];
}

/** The same for every address and version, so a process makes them once. */
let paths: Readonly<Record<string, Json>> | undefined;

/**
 * The OpenAPI 3.1 document of the whole API.
 * @param baseUrl where the server answers, without a trailing slash
 */
export function openApiDocument(baseUrl: string, version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollkeeper',
      version,
      description: "Control of an organization's API keys. Errors are problem+json (RFC 9457).",
    },
    servers: [{ url: baseUrl }],
    // Made for the first reader: few starts of a server meet one, and it is a twentieth of a start.
    get paths() {
      paths ??= createPaths();
      return paths;
    },
    webhooks: openApiWebhooks(),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: tk_live_…' },
        apiKeyHeader: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        session: { type: 'apiKey', in: 'cookie', name: 'tollkeeper.session_token' },
      },
      schemas: {
        Problem: jsonSchema(problem, 'output'),
        WebhookPayload: jsonSchema(webhookPayload, 'output'),
      },
    },
  };
}

function createPaths(): Record<string, Json> {
  const created: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    created[route.path] = {
      ...created[route.path],
      [route.method.toLowerCase()]: openApiOperation(name, route),
    };
  }
  return created;
}

const OPTIONAL_BODY =
  'Optional. A request without a body has no Content-Type either: an empty body or null that is announced as JSON is refused with 422.';

/** One operation of the document. */
export function openApiOperation(name: string, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.tag],
    security: security(route),
    'x-tollkeeper-access': route.access,
    parameters: parameters(route),
    ...(route.body
      ? {
          requestBody: {
            ...(isBodyOptional(route) ? { description: OPTIONAL_BODY } : {}),
            required: !isBodyOptional(route),
            content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
          },
        }
      : {}),
    ...(route.rawBody ? { requestBody: rawBody(route.rawBody) } : {}),
    responses: responses(route),
  };
}

/** Without a schema: bytes have none in OpenAPI 3.1. */
function rawBody({ contentType, bytesMax }: RawBody): Json {
  const description = `At most ${bytesMax} bytes.`;
  return { description, required: true, content: { [contentType]: {} } };
}

function security({ access, optionalSession }: Route): Json[] {
  if (optionalSession) return [{}, { session: [] }];
  return access === 'public' ? [] : [{ apiKey: [] }, { apiKeyHeader: [] }, { session: [] }];
}

function parameters(route: Route): Json[] {
  const list = [...parametersIn('path', route.params), ...parametersIn('query', route.query)];
  const addHeader = (name: string, description: string, schema: Json, required = false) =>
    list.push({ name, in: 'header', required, description, schema });
  if (route.idempotent) {
    const description = 'Makes a retry safe for 24 hours; the repeated answer contains no secret';
    addHeader('Idempotency-Key', description, { type: 'string', minLength: 1, maxLength: 255 });
  }
  if (takesEtag(route)) {
    const description = 'The `etag` of the record in quotation marks, in place of the field `etag`';
    addHeader('If-Match', description, { type: 'string' });
  }
  const { signatureHeader, keyIdHeader } = route.rawBody ?? {};
  const text = { type: 'string' };
  if (signatureHeader) addHeader(signatureHeader, 'Signature of the body', text, true);
  if (keyIdHeader) addHeader(keyIdHeader, 'Names the key of the signature', text, true);
  if (route.access !== 'public') {
    const description =
      'For a session: the organization, for a user who belongs to several. For a key: only its own organization is accepted';
    addHeader('X-Organization-Id', description, { type: 'string' });
  }
  return list;
}

function parametersIn(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...('description' in property ? { description: property.description } : {}),
    schema: property,
  }));
}

function responses(route: Route): Json {
  const answers: Record<string, Json> = {
    [String(route.status)]: {
      description: 'Success',
      ...(route.response
        ? { content: { 'application/json': { schema: jsonSchema(route.response, 'output') } } }
        : {}),
      ...(route.stream ? { content: streamContent(route.stream) } : {}),
    },
  };
  const errors = routeErrors(route);
  for (const status of new Set(errors.map((code) => ERRORS[code].status))) {
    const codes = errors.filter((code) => ERRORS[code].status === status);
    answers[String(status)] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      content: { 'application/problem+json': { schema: problemSchema(codes) } },
    };
  }
  return answers;
}

/** By content type. Bytes have no schema in OpenAPI 3.1, and lines are text whose parts have one. */
function streamContent({ contentType, line, formats = {} }: StreamAnswer): Json {
  const others = Object.values(formats).map((format) => [format.contentType, {}]);
  const contentMediaType = 'application/json';
  const lines = line && {
    type: 'string',
    description: 'One JSON document on each line',
    contentMediaType,
    contentSchema: jsonSchema(line, 'output'),
  };
  return { ...Object.fromEntries(others), [contentType]: lines ? { schema: lines } : {} };
}

/** The problem document, with the codes that this answer can carry. */
function problemSchema(codes: readonly ErrorCode[]): Json {
  return {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', properties: { code: { enum: codes } } },
    ],
  };
}

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1, each schema whole in its place. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const {
    $schema: _dialect,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, { io, reused: 'inline' }) as Json;
  return inline(rest, ($defs ?? {}) as Record<string, Json>) as Json;
}

function inline(value: unknown, defs: Record<string, Json>): unknown {
  if (Array.isArray(value)) return value.map((item) => inline(item, defs));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as Json;
  // Zod's name for the schema; a property that is called id stands there as an object.
  if (typeof rest.id === 'string') delete rest.id;
  if (typeof $ref === 'string') {
    return inline({ ...defs[$ref.replace('#/$defs/', '')], ...rest }, defs);
  }
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, inline(item, defs)]));
}
