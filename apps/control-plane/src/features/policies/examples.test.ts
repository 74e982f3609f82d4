import { readFileSync } from 'node:fs';
import {
  callRequest,
  compilePolicies,
  keyEntity,
  type PolicyCall,
  type PolicyKey,
  parseIpAddress,
  routeEntity,
} from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { checkText } from './check-text.ts';

const DOCUMENT = new URL('../../../../../docs/policies.md', import.meta.url);
const examples = [...readFileSync(DOCUMENT, 'utf8').matchAll(/```cedar\n([\s\S]*?)```/g)].map(
  ([, text]) => text ?? '',
);

type Facts = Partial<PolicyKey & Omit<PolicyCall, 'ip'>> & { ip?: string };

/** For each example, in its order: a request that it decides so, and one that it decides otherwise. */
const CASES: readonly (readonly [allowed: Facts, refused: Facts | undefined])[] = [
  [{}, undefined],
  [{ tags: ['ci'] }, { tags: ['ci'], method: 'POST' }],
  [{ ip: '203.0.113.9' }, { ip: '198.51.100.1' }],
  [{ path: '/invoices/7' }, { path: '/payments' }],
  [{ time: Date.UTC(2026, 0, 5, 7) }, { time: Date.UTC(2026, 0, 5, 17) }],
  [{ method: 'POST', scopes: ['invoices.write'] }, { method: 'POST' }],
  [{ environment: 'live' }, { environment: 'test' }],
  [{ headers: [['x-team', 'billing']] }, { headers: [['x-team', 'sales']] }],
  [{ expiresAt: Date.UTC(2030, 0, 1) }, {}],
  [{ method: 'POST', roleId: 'role_admin' }, { method: 'POST' }],
  [{ model: 'gpt-5' }, {}],
  [{ mcp: { method: 'tools/call', tool: 'search' } }, { mcp: { method: 'tools/call', tool: 'a' } }],
  [{ path: '/search' }, { path: '/invoices' }],
];

it('are all that the document has', () => {
  expect(examples).toHaveLength(CASES.length);
});

it.each(examples.map((text, at) => [text, CASES[at] ?? [{}, {}]] as const))(
  'decides as the document says: %s',
  async (text, [allowed, refused]) => {
    expect(await decide(text, allowed)).toBe('allow');
    if (refused) expect(await decide(text, refused)).toBe('deny');
  },
);

/** Beside the policy that every workspace begins with, where the example permits nothing itself. */
async function decide(text: string, facts: Facts) {
  const whole = text.startsWith('forbid') ? `${text}\npermit (principal, action, resource);` : text;
  const { statements, errors } = await checkText(whole);
  expect(errors).toEqual([]);
  const policies = compilePolicies(statements.map((json, at) => [`p/${at}`, json]));
  const { ip = '192.0.2.1', ...others } = facts;
  const key = keyEntity({
    ...{ keyId: 'key_1', memberId: 'mem_1', roleId: 'role_developer', name: 'ci' },
    ...{ scopes: ['apis.call'], profile: 'custom', environment: 'live', tags: [] },
    ...{ createdAt: Date.UTC(2026, 0, 1), ...others },
  });
  const call = callRequest(ROUTE, {
    ...{ path: '/', method: 'GET', time: Date.UTC(2026, 0, 5, 12), headers: [], ...others },
    ip: parseIpAddress(ip) ?? { family: 4, words: [0] },
  });
  return policies.forKey(key).decide(call).decision;
}

const ROUTE = routeEntity({
  ...{ id: 'invoices', gateway: 'eu-1', path: '/*', host: 'api.example.com' },
  labels: { stage: 'production' },
});
