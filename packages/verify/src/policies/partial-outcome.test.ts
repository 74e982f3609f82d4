import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpAddress } from '../ip-address.ts';
import { compilePolicies } from './compile-policies.ts';
import { callRequest, keyEntity, routeEntity } from './entity-model.ts';
import { type CountedCall, readCountedStatement } from './partial-outcome.ts';

const PRINCIPAL = keyEntity({
  ...{ keyId: 'key_1', name: 'ci', profile: 'custom', environment: 'live' },
  ...{ memberId: 'mem_1', roleId: 'role_admin', scopes: ['apis.call'], tags: ['ci'] },
  ...{ createdAt: 1000, expiresAt: undefined },
});
const CALL: CountedCall = {
  ...{ principal: PRINCIPAL, method: 'GET', routePath: '/v1' },
  gateway: { name: 'edge', labels: { stage: 'production' } },
};

const KNOWN = [
  'principal.tags.contains("ci")',
  'principal.name == "other"',
  'principal in Role::"role_admin"',
  'principal has expiresAt',
  'principal.expiresAt < datetime("2030-01-01")',
  'action in Action::"read"',
  'action == Action::"POST"',
  'context.method == "GET"',
  'resource.path like "/v*"',
  'resource.gateway == "elsewhere"',
  'resource.hasTag("stage") && resource.getTag("stage") == "production"',
  'resource.hasTag("region")',
  'resource == Route::"edge/v1"',
];
const HIDDEN = [
  'context.path == "/v1/a"',
  'context.ip.isInRange(ip("10.0.0.0/8"))',
  'context.headers has "x-team"',
  'context.headers["x-team"] == "a"',
  'resource.host == "a.example"',
  'context.time > datetime("2026-01-01")',
  'resource.getTag("region") == "eu"',
];

function statement(text: string) {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(`${text}: ${answer.errors[0]?.message}`);
  return answer.json;
}

function outcomeOf(condition: string, call = CALL) {
  const json = statement(`forbid (principal, action, resource) ${condition};`);
  return readCountedStatement('s', json).outcomeOf(call);
}

it.each([
  ['', 'applies'],
  ['when { principal.tags.contains("ci") && action in Action::"read" }', 'applies'],
  ['when { resource.path == "/v1" && resource.gateway == "edge" }', 'applies'],
  [
    'unless { resource.hasTag("stage") && resource.getTag("stage") == "production" }',
    'does_not_apply',
  ],
  ['when { context.path == "/a" }', 'unknown'],
  ['unless { context.ip.isInRange(ip("10.0.0.0/8")) }', 'unknown'],
  // Whatever the path is, and even where it erred: the other operand decides.
  ['when { context.path == "/a" && principal.name == "other" }', 'does_not_apply'],
  ['when { context.path == "/a" } when { action == Action::"POST" }', 'does_not_apply'],
  ['when { principal.name == "ci" || context.path == "/a" }', 'applies'],
  ['when { principal.expiresAt < context.time }', 'does_not_apply'],
  ['when { resource.host == "a.example" }', 'unknown'],
])('%s: %s', (condition, outcome) => {
  expect(outcomeOf(condition)).toBe(outcome);
});

it('does not know the gateway that is gone, but the route', () => {
  const gone = { ...CALL, gateway: undefined };
  expect(outcomeOf('when { resource.gateway == "edge" }', gone)).toBe('unknown');
  expect(outcomeOf('when { resource.hasTag("stage") }', gone)).toBe('unknown');
  expect(outcomeOf('when { resource.path == "/v1" }', gone)).toBe('applies');
});

/** Calls that are counted alike. */
function requests() {
  return ['10.0.0.1', '192.0.2.1'].flatMap((address) =>
    ['/v1/a', '/v1/b'].flatMap((path) =>
      [[], [['x-team', 'a'] as const], [['x-team', 'b'] as const]].map((headers) => {
        const ip = parseIpAddress(address);
        if (!ip) throw new Error(address);
        const host = headers.length > 0 ? 'a.example' : 'b.example';
        const facts = { id: 'edge/v1', gateway: 'edge', path: '/v1', host };
        const route = routeEntity({ ...facts, labels: { stage: 'production' } });
        const time = path === '/v1/a' ? 0 : Date.UTC(2030, 0, 1);
        return {
          principal: PRINCIPAL,
          ...callRequest(route, { ip, path, method: 'GET', time, headers }),
        };
      }),
    ),
  );
}

const part = fc.constantFrom(...KNOWN, ...HIDDEN);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    part,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) || (${b})`),
    tie('condition').map((inner) => `!(${inner})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `if (${a}) then (${b}) else (${c})`),
  ),
}));

it('claims nothing that a call with the same facts contradicts', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(condition, (text) => {
      const json = statement(`forbid (principal, action, resource) when { ${text} };`);
      const outcome = readCountedStatement('s', json).outcomeOf(CALL);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (outcome === 'unknown') return;
      const { decide } = compilePolicies([['s', json]]);
      const applied = requests().map((request) => decide(request).determining.length > 0);
      expect(new Set(applied)).toEqual(new Set([outcome === 'applies']));
    }),
    { numRuns: process.env.LONG ? 20_000 : 500 },
  );
  for (const outcome of ['applies', 'does_not_apply', 'unknown']) {
    expect(seen.get(outcome), outcome).toBeGreaterThan(20);
  }
});
