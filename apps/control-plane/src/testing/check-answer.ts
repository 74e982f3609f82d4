import { ERRORS, openApiDocument, problem, type Route, routes } from '@tollkeeper/contract';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Operation {
  readonly responses: Readonly<Record<string, { content?: Record<string, object> }>>;
}

/** One answer of the server, as it came over the wire. */
export interface WireAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

const paths = openApiDocument('http://127.0.0.1', '0.0.0-test').paths as Readonly<
  Record<string, Readonly<Record<string, Operation>>>
>;
/** Paths whose last parameter may contain slashes, which OpenAPI cannot say. */
const withSegments = new Set(
  Object.values<Route>(routes).flatMap(({ path, segments }) => (segments ? [path] : [])),
);
const patterns = Object.keys(paths)
  .map((path) => {
    const parameter = withSegments.has(path) ? '.+' : '[^/]+';
    return { path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, parameter)}$`) };
  })
  // "/v1/api-keys/stats" is its own operation, not a key of that name.
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length);

/** What it compiles decides a few answers at most: shared parts once, and no code made faster than that. */
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  inlineRefs: false,
  code: { optimize: false },
});
addFormats.default(ajv);
ajv.addSchema(openApiDocument('http://127.0.0.1', '0.0.0-test'), 'openapi');
const compiled = new Map<string, ValidateFunction>();

/** What a request that no operation takes can be answered with. */
const WITHOUT_OPERATION: readonly string[] = [
  'not_found',
  'method_not_allowed',
  'malformed_request',
];

/** Whether a body is one document of JSON, and not a line of it after another. */
export function isJson(type: string): boolean {
  return /^application\/(?:problem\+)?json\b/.test(type);
}

/**
 * Holds an answer of the API against the OpenAPI document: its status, its content type, its body,
 * and the code of a refusal.
 * @throws Error saying what the document does not declare
 */
export function checkAnswer(answer: WireAnswer): void {
  const [path = ''] = answer.path.split('?', 1);
  if (!path.startsWith('/v1/') || answer.method === 'HEAD') return;
  const fault = faultOf(answer, path);
  if (fault === undefined) return;
  throw new Error(
    `The document does not declare this answer to ${answer.method} ${path.slice(0, 120)}: ${fault}. It was ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 600)}`,
  );
}

function faultOf(answer: WireAnswer, path: string): string | undefined {
  const known = patterns.find(({ pattern }) => pattern.test(path))?.path;
  const method = answer.method.toLowerCase();
  const operation = known === undefined ? undefined : paths[known]?.[method];
  if (known === undefined || !operation) return strayFault(answer);
  const declared = operation.responses[answer.status];
  if (!declared) return `the status ${answer.status}`;
  if (!declared.content) return answer.body === '' ? undefined : 'a body';
  const type = declared.content[answer.type] ? answer.type : answer.type.split(';', 1)[0];
  if (type === undefined || !declared.content[type]) return `the content type "${answer.type}"`;
  // As of bytes.
  if (!('schema' in declared.content[type])) return undefined;
  const place = ['paths', known, method, 'responses', answer.status, 'content', type, 'schema'];
  const isValid = validator(place.map((part) => pointerPart(String(part))).join('/'));
  return isValid(answer.body) ? undefined : ajv.errorsText(isValid.errors);
}

function strayFault({ status, body }: WireAnswer): string | undefined {
  const parsed = problem.safeParse(body);
  if (!parsed.success) return 'a body that is no problem document';
  const { code } = parsed.data;
  if (!WITHOUT_OPERATION.includes(code)) return `the code "${code}" where there is no operation`;
  return ERRORS[code].status === status ? undefined : `the status ${status} with "${code}"`;
}

function validator(pointer: string): ValidateFunction {
  const known = compiled.get(pointer);
  if (known) return known;
  const made = ajv.compile({ $ref: `openapi#/${pointer}` });
  compiled.set(pointer, made);
  return made;
}

function pointerPart(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}
