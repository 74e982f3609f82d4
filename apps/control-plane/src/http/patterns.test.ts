import {
  NO_SECRET_IN_LINES,
  POLICY_TEXT_MAX,
  type Route,
  routes,
  SOURCE_TEXT,
} from '@tollkeeper/contract';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';
import { compileValidator } from './compilers.ts';
import { fastifySchema, LateSchema } from './json-schema.ts';
import { growthOf, type Matches } from './pattern-growth.fixture.ts';

/** The longest text that a pattern is asked about: see validator.ts. */
const LENGTH = 512;
/** From 32 characters: 16 times the work is linear, 256 times is quadratic. */
const GROWTH_MAX = 64;

const { patterns, formats } = collect();

describe('a pattern of the contract takes time that grows with the text alone', () => {
  it('is there, as the server compiles it', () => {
    expect(patterns.size).toBeGreaterThan(10);
    expect([...formats].toSorted()).toEqual(['date', 'date-time', 'email']);
  });

  it.each([...patterns])('%s', (pattern) => {
    const compiled = new RegExp(pattern, 'u');
    expect(growthOf((text) => compiled.test(text), LENGTH, GROWTH_MAX)).toBeLessThan(GROWTH_MAX);
  });

  it.each([...formats])('format: %s', (name) => {
    expect(growthOf(formatOf(name), LENGTH, GROWTH_MAX)).toBeLessThan(GROWTH_MAX);
  });

  it.each([
    ['quadratic', /^[a-z]*[a-z0-9]*@$/u],
    ['quadratic behind a start', /^a@[a-z-]*a[a-z]*-$/u],
  ])('would show one that is %s', (_how, pattern) => {
    expect(growthOf((text) => pattern.test(text), LENGTH, GROWTH_MAX)).toBeGreaterThan(GROWTH_MAX);
  });

  it('would show one that is exponential', () => {
    const pattern = /^(?:[a-z0-9]+-?)*$/u;
    const measure = () => growthOf((text) => pattern.test(text), LENGTH, GROWTH_MAX, 200);
    expect(measure).toThrow('timed out');
  });
});

it(`no pattern is asked about a text of more than ${LENGTH} characters, but of fields that take more`, () => {
  const schema = { type: 'string', pattern: '^a*$' };
  const validate = compile(schema);
  expect(validate('a'.repeat(LENGTH))).toBe(true);
  expect(validate('a'.repeat(LENGTH + 1))).toBe(false);
  expect(validate('b')).toBe(false);
  const longer = compile({ type: 'string', allOf: [{ pattern: '^b*$' }], maxLength: LENGTH + 1 });
  expect(longer('b'.repeat(LENGTH + 1))).toBe(true);
  expect(longer('b'.repeat(LENGTH + 2))).toBe(false);
});

it.each([
  ['the URL of an endpoint', 'createWebhookEndpoint', 'url', 2048, 'https://a.example/'],
  ['the secret of a log stream', 'createLogStream', 'secret', 4096, 'Bearer '],
] as const)('%s may be as long as it says', (_what, name, field, length, beginning) => {
  const { body } = fastifySchema(routes[name]);
  const { properties = {} } = (body?.json ?? {}) as { properties?: Record<string, object> };
  const validate = compile(properties[field] ?? {});
  expect(validate(beginning.padEnd(length, 'x'))).toBe(true);
  expect(validate(beginning.padEnd(length + 1, 'x'))).toBe(false);
});

it('takes the text of a policy up to its length, and none that hides text or holds a key', () => {
  const patterns = [SOURCE_TEXT, NO_SECRET_IN_LINES].map(({ source }) => ({ pattern: source }));
  const validate = compile({ type: 'string', allOf: patterns, maxLength: POLICY_TEXT_MAX });
  const comment = `// ${'a'.repeat(POLICY_TEXT_MAX - 4)}\n`;
  expect(validate(comment)).toBe(true);
  expect(validate(`${comment}a`)).toBe(false);
  expect(validate(`${comment.slice(2)}\u202e`)).toBe(false);
  expect(validate(`${comment.slice(60)}tk_live_${'a'.repeat(38)}`)).toBe(false);
});

function compile(schema: object) {
  return compileValidator({ schema, method: 'POST', url: '/', httpPart: 'body' });
}

function collect() {
  const patterns = new Set<string>();
  const formats = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, each] of Object.entries(value instanceof LateSchema ? value.json : value)) {
      if (name === 'pattern' && typeof each === 'string') patterns.add(each);
      if (name === 'format' && typeof each === 'string') formats.add(each);
      if (name === 'patternProperties') for (const key of Object.keys(each)) patterns.add(key);
      walk(each);
    }
  };
  for (const route of Object.values<Route>(routes)) walk(fastifySchema(route));
  return { patterns, formats };
}

function formatOf(name: string): Matches {
  const format = fullFormats[name as keyof typeof fullFormats];
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format !== 'object') throw new Error(`No such format: ${name}`);
  const { validate } = format;
  if (typeof validate !== 'function') throw new Error(`Not a function: ${name}`);
  return (text) => Boolean(validate(text as never));
}
