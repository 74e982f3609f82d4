import { policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, it } from 'vitest';
import { compilePolicies } from './compile-policies.ts';
import { callRequest, keyEntity, routeEntity } from './entity-model.ts';
import { policySchema } from './schema.ts';

it('has every attribute that the entities of a request have', () => {
  expect(problemsOf(EVERYTHING, ['x-team'])).toEqual([]);
  const { decision, erring } = compiled(EVERYTHING).forKey(KEY).decide(CALL);
  expect({ decision, erring }).toEqual({ decision: 'allow', erring: [] });
});

it('has what is optional only behind a check', () => {
  const text = 'permit(principal, action, resource) when { context.model == "gpt-5" };';
  expect(problemsOf(text, [])).not.toEqual([]);
  const { model: _, mcp: __, ...call } = FACTS;
  const guarded =
    'permit(principal, action, resource) when { context has model && context has mcp };';
  const decision = compiled(guarded).forKey(KEY).decide(callRequest(ROUTE, call));
  expect(decision).toEqual({ decision: 'deny', determining: [], erring: [] });
});

it('refuses a header that is not named', () => {
  expect(problemsOf(EVERYTHING, [])).not.toEqual([]);
});

it('names the headers that policies ask for, however they write it', () => {
  const text = `permit(principal, action, resource) when {
    context.headers has a && context["headers"]["b"] == "" && context has headers.c &&
    (context.headers).d == "" || principal.headers.e == "" || context.e.f == ""
  };`;
  expect([...compiled(text).headers].sort()).toEqual(['a', 'b', 'c', 'd']);
});

it('puts a method without a group of its own among those that write', () => {
  const text = 'permit(principal, action in Action::"write", resource);';
  const decide = (method: string) =>
    compiled(text)
      .forKey(KEY)
      .decide(callRequest(ROUTE, { ...FACTS, method })).decision;
  expect(['POST', 'PROPFIND', 'GET', 'HEAD'].map(decide)).toEqual([
    'allow',
    'allow',
    'deny',
    'deny',
  ]);
});

/** Reads each attribute of the model. */
const EVERYTHING = `
permit(principal in Role::"role_developer", action in Action::"read", resource == Route::"invoices")
when {
  principal in Member::"mem_1" && principal.name == "ci-pipeline" &&
  principal.scopes.contains("apis.call") && principal.profile == "custom" &&
  principal.environment == "live" && principal.tags == ["ci", "eu"] &&
  principal.createdAt < context.time && principal has expiresAt && principal.expiresAt > context.time
} when {
  resource.gateway == "eu-1" && resource.path == "/invoices/*" && resource.host == "api.example.com" &&
  resource.hasTag("region") && resource.getTag("region") == "eu"
} when {
  context.ip.isInRange(ip("10.0.0.0/8")) && context.path like "/invoices/*" && context.method == "GET" &&
  context has model && context.model == "gpt-5" && context has mcp.tool && context.mcp.tool == "search" &&
  context.mcp.method == "tools/call" && context.headers has "x-team" && context.headers["x-team"] == "a"
};`;

const KEY = keyEntity({
  ...{ keyId: 'key_1', memberId: 'mem_1', roleId: 'role_developer' },
  ...{ name: 'ci-pipeline', scopes: ['apis.call'], profile: 'custom', environment: 'live' },
  ...{ tags: ['eu', 'ci'], createdAt: 1000, expiresAt: 3000 },
});
const ROUTE = routeEntity({
  ...{ id: 'invoices', gateway: 'eu-1', path: '/invoices/*', host: 'api.example.com' },
  labels: { region: 'eu' },
});
const FACTS = {
  ...{ ip: { family: 4, words: [(10 << 24) | 5] } as const, path: '/invoices/7', method: 'GET' },
  ...{ time: 2000, model: 'gpt-5', mcp: { method: 'tools/call', tool: 'search' } },
  headers: [['x-team', 'a'] as const],
};
const CALL = callRequest(ROUTE, FACTS);

function problemsOf(text: string, headers: readonly string[]): string[] {
  const schema = policySchema(headers);
  const answer = validate({ schema, policies: { staticPolicies: { a: text } } });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const { validationErrors, validationWarnings } = answer;
  return [...validationErrors, ...validationWarnings].map(({ error }) => error.message);
}

function compiled(text: string) {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return compilePolicies([['a', answer.json]]);
}
