import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, it } from 'vitest';
import { compilePolicies } from './compile-policies.ts';
import type { PolicyRequest } from './request.ts';
import { type EntityData, entityOf, recordOf, type Value } from './value.ts';

it('denies what no policy permits', () => {
  expect(compile({}).decide(request())).toEqual(denied());
  const never = compile({ a: 'permit(principal, action, resource) when { false };' });
  expect(never.decide(request())).toEqual(denied());
});

it('lets a forbid win over permits, and names it alone as determining', () => {
  const policies = compile({ a: PERMIT_ALL, b: 'forbid(principal, action, resource);' });
  expect(policies.decide(request())).toEqual(denied(['b']));
});

it('leaves a policy out that errs, and names it', () => {
  const forbid = 'forbid(principal, action, resource) when { context.missing };';
  const policies = compile({ a: PERMIT_ALL, b: forbid });
  expect(policies.decide(request())).toEqual({ ...allowed(['a']), erring: ['b'] });
});

it.each([
  '(context.yes && 5) == 5',
  '(context.yes && context.yes && 5) == 5',
  '(context.no || 5) == 5',
  'true && context.five',
  'false || context.five',
  'if context.five then true else true',
  'if 5 then true else true',
])('takes nothing but booleans as conditions: %s', (condition) => {
  const context = { yes: true, no: false, five: 5 };
  const policies = compile({ a: `permit(principal, action, resource) when { ${condition} };` });
  expect(policies.decide(request(context))).toEqual({ ...denied(), erring: ['a'] });
  expect(policies.forKey(CI).decide(request(context)).erring).toEqual(['a']);
});

it('decides once for a key whose policies ask for nothing else', () => {
  const policies = compile({
    admins:
      'permit(principal in Role::"admin", action, resource) when { principal.name like "ci-*" };',
    others: 'forbid(principal == ApiKey::"key_2", action, resource) when { context.path == "/" };',
    strangers: 'permit(principal, action, resource) when { context.count > principal.missing };',
  });
  const key = policies.forKey(CI);
  expect(key.fixed).toEqual({ ...allowed(['admins']), erring: ['strangers'] });
  expect(key.decide(request())).toBe(key.fixed);
  expect(policies.forKey(entityOf('ApiKey', 'key_2', dataOf({}))).fixed).toBeUndefined();
});

it('evaluates nothing of a key again that it has evaluated for the key', () => {
  const read: string[] = [];
  const attributes = new Map<string, Value>([['name', 'ci-pipeline']]);
  const get = attributes.get.bind(attributes);
  attributes.get = (name) => {
    read.push(name);
    return get(name);
  };
  const text =
    'permit(principal, action, resource) when { principal.name == "ci-pipeline" && context.count == 1 };';
  const key = compile({ a: text }).forKey(
    entityOf('ApiKey', 'key_1', { ...dataOf({}), attributes }),
  );
  expect(read).toEqual(['name']);
  expect(key.decide(request({ count: 1 }))).toEqual(allowed(['a']));
  expect(key.decide(request({ count: 2 }))).toEqual(denied());
  expect(read).toEqual(['name']);
});

it('evaluates a given action again for no later request of a key', () => {
  const asked: string[] = [];
  const ancestors = new Set(['Action::"read"']);
  const has = ancestors.has.bind(ancestors);
  ancestors.has = (key) => {
    asked.push(key);
    return has(key);
  };
  const action = entityOf('Action', 'GET', { ...dataOf({}), ancestors });
  const text = 'permit(principal, action in Action::"read", resource) when { context.count == 1 };';
  const key = compilePolicies([['a', jsonOf(text)]], [action]).forKey(CI);
  expect(key.decide({ ...request({ count: 1 }), action })).toEqual(allowed(['a']));
  asked.length = 0;
  expect(key.decide({ ...request({ count: 2 }), action })).toEqual(denied());
  expect(asked).toEqual([]);
});

it.each([
  ['principal.owner.active', ['a']],
  ['principal has owner.active && principal.owner.active', []],
])('looks up what is known of entities with each request: %s', (condition, erring) => {
  const key = compile({ a: `permit(principal, action, resource) when { ${condition} };` }).forKey(
    entityOf('ApiKey', 'key_1', dataOf({ owner: entityOf('Member', 'mem_1') })),
  );
  const decide = (active: boolean) =>
    key.decide({ ...request(), entities: new Map([['Member::"mem_1"', dataOf({ active })]]) });
  expect(decide(true)).toEqual(allowed(['a']));
  expect(decide(false)).toEqual(denied());
  expect(key.decide(request()).erring).toEqual(erring);
});

it('refuses two policies with one id', () => {
  const json = jsonOf(PERMIT_ALL);
  expect(() =>
    compilePolicies([
      ['a', json],
      ['a', json],
    ]),
  ).toThrow('Cannot compile policy "a": another policy has the same id.');
});

const PERMIT_ALL = 'permit(principal, action, resource);';
const CI = entityOf('ApiKey', 'key_1', {
  ...dataOf({ name: 'ci-pipeline' }),
  ancestors: new Set(['Role::"admin"']),
});

function compile(texts: Readonly<Record<string, string>>) {
  return compilePolicies(Object.entries(texts).map(([id, text]) => [id, jsonOf(text)] as const));
}

function jsonOf(text: string): unknown {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return answer.json;
}

function request(context: Readonly<Record<string, Value>> = {}): PolicyRequest {
  return {
    principal: CI,
    action: entityOf('Action', 'GET'),
    resource: entityOf('Route', '/v1'),
    context: recordOf(Object.entries(context)),
  };
}

function dataOf(attributes: Readonly<Record<string, Value>>): EntityData {
  return { attributes: new Map(Object.entries(attributes)), ancestors: new Set(), tags: new Map() };
}

function allowed(determining: string[]) {
  return { decision: 'allow', determining, erring: [] };
}

function denied(determining: string[] = []) {
  return { decision: 'deny', determining, erring: [] };
}
