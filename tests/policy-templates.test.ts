/** The templates of the dashboard: Cedar takes their text, and it decides what they say. */

import { DEFAULT_POLICY } from '@tollkeeper/contract';
import { describe, expect, it } from 'vitest';
import { checkText } from '../apps/control-plane/src/features/policies/check-text.ts';
import {
  answerBlock,
  TEMPLATES,
  type TemplateAnswers,
} from '../apps/dashboard/src/features/policies/create/templates.ts';
import { compilePolicies } from '../packages/verify/src/policies/compile-policies.ts';
import {
  callRequest,
  keyEntity,
  routeEntity,
} from '../packages/verify/src/policies/entity-model.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const ANSWERS: TemplateAnswers = {
  ...{ tag: 'ci', ranges: ['10.0.0.0/8', '2001:db8::/32'], paths: ['/invoices/*', '/"a\\b"'] },
  ...{ models: ['gpt-5', 'claude-sonnet-5'], tools: ['search', 'a"b'] },
  ...{ from: '09:00', to: '17:30', timeZone: 'Europe/Berlin' },
};
const ZONES = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Africa/Casablanca', 'Pacific/Chatham'];

describe.each(TEMPLATES.map((template) => [template.title, template] as const))(
  '%s',
  (_title, template) => {
    it('is valid Cedar, for keys with a tag and for every key', async () => {
      expect(await problemsOf(template.textOf(ANSWERS, NOW))).toEqual([]);
      if (template.needsTag) return;
      expect(await problemsOf(template.textOf({ ...ANSWERS, tag: '' }, NOW))).toEqual([]);
    });

    it('asks until it has what its text needs', () => {
      expect(answerBlock(template, ANSWERS)).toBeUndefined();
      // A tag alone is optional, unless the template needs it.
      if (template.asks.join() === 'tag' && !template.needsTag) return;
      const lists = { ranges: [], paths: [], models: [], tools: [] };
      const none = { tag: '', ...lists, from: '', to: '', timeZone: 'UTC' };
      expect(answerBlock(template, none)).toBeDefined();
    });
  },
);

it.each(ZONES)('is valid Cedar by the clock of %s', async (timeZone) => {
  expect(await problemsOf(textOf('business-hours', { timeZone }))).toEqual([]);
  expect(
    await problemsOf(textOf('business-hours', { timeZone, from: '22:00', to: '06:00' })),
  ).toEqual([]);
});

it('lets tagged keys read only, and others write', async () => {
  const decide = await decider('read-only', {});
  expect(decide({ method: 'GET' })).toBe('allow');
  expect(decide({ method: 'POST' })).toBe('deny');
  expect(decide({ method: 'POST', tags: ['staging'] })).toBe('allow');
});

it('accepts calls from the ranges only', async () => {
  const decide = await decider('office-ips', {});
  expect(decide({ ip: [(10 << 24) | 1] })).toBe('allow');
  expect(decide({ ip: [(11 << 24) | 1] })).toBe('deny');
  expect(decide({ ip: [(11 << 24) | 1], tags: [] })).toBe('allow');
});

it('limits the calls of tagged keys', async () => {
  const { statements } = await checkText(textOf('rate-limit', {}));
  const { forKey } = compilePolicies(statements.map((json, at) => [`pol_1/${at}`, json]));
  const call = { path: '/', method: 'GET', time: NOW, headers: [] };
  const request = callRequest(ROUTE, { ...call, ip: { family: 4, words: [0] } });
  const limitsOf = (tag: string) => forKey(keyWith([tag])).decide(request).limits;
  expect(limitsOf('ci')?.map(({ name }) => name)).toEqual(['100/minute per key']);
  expect(limitsOf('other')).toBeUndefined();
});

it('accepts calls of the paths only, whatever characters they have', async () => {
  const decide = await decider('only-paths', {});
  expect(decide({ path: '/invoices/7' })).toBe('allow');
  expect(decide({ path: '/"a\\b"' })).toBe('allow');
  expect(decide({ path: '/customers' })).toBe('deny');
});

it('accepts calls of the models only', async () => {
  const decide = await decider('only-models', {});
  expect(decide({ model: 'gpt-5' })).toBe('allow');
  expect(decide({ model: 'gpt-6' })).toBe('deny');
  expect(decide({})).toBe('deny');
  expect(decide({ tags: [] })).toBe('allow');
});

it('accepts calls of the tools only, and all other messages', async () => {
  const decide = await decider('only-tools', {});
  const call = (tool: string) => decide({ mcp: { method: 'tools/call', tool } });
  expect(['search', 'a"b', 'delete'].map(call)).toEqual(['allow', 'allow', 'deny']);
  expect(decide({ mcp: { method: 'tools/list' } })).toBe('allow');
  expect(decide({})).toBe('allow');
});

it.each([
  ['2027-01-15T08:00:00Z', 'allow'],
  ['2027-01-15T07:59:59Z', 'deny'],
  ['2027-01-15T16:29:59Z', 'allow'],
  ['2027-01-15T16:30:00Z', 'deny'],
  ['2027-07-15T07:00:00Z', 'allow'],
  ['2027-07-15T15:30:00Z', 'deny'],
  ['2027-03-28T07:00:00Z', 'allow'],
  ['2027-03-27T07:00:00Z', 'deny'],
  ['2031-07-15T07:00:00Z', 'allow'],
])('by the clock of the office, %s is %s', async (time, decision) => {
  const decide = await decider('business-hours', {});
  expect(decide({ time: Date.parse(time) })).toBe(decision);
});

it('accepts a night shift, which ends on the day after', async () => {
  const decide = await decider('business-hours', { from: '22:00', to: '06:00', timeZone: 'UTC' });
  const at = (time: string) => decide({ time: Date.parse(`2027-01-15T${time}Z`) });
  expect(['21:59', '22:00', '00:00', '05:59', '06:00'].map((time) => at(`${time}:00`))).toEqual([
    ...['deny', 'allow', 'allow', 'allow', 'deny'],
  ]);
});

function textOf(id: string, answers: Partial<TemplateAnswers>): string {
  const template = TEMPLATES.find((each) => each.id === id);
  if (!template) throw new Error(`There is no template ${id}`);
  return template.textOf({ ...ANSWERS, ...answers }, NOW);
}

/** What the server would refuse it for, or warn of. */
async function problemsOf(text: string): Promise<string[]> {
  const { errors, warnings } = await checkText(text);
  return [...errors, ...warnings].map(({ message }) => message);
}

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly ip?: number[];
  readonly time?: number;
  readonly tags?: readonly string[];
  readonly model?: string;
  readonly mcp?: { readonly method: string; readonly tool?: string };
}

/** What the template decides beside the policy with which every workspace begins. */
async function decider(id: string, answers: Partial<TemplateAnswers>) {
  const texts = [DEFAULT_POLICY.text, textOf(id, answers)];
  const checked = await Promise.all(texts.map((text) => checkText(text)));
  const policies = compilePolicies(
    checked.flatMap(({ statements }, text) =>
      statements.map((json, index) => [`${text}/${index}`, json] as const),
    ),
  );
  return ({
    method = 'GET',
    path = '/invoices/7',
    ip,
    time = NOW,
    tags = ['ci'],
    ...body
  }: Call) => {
    const words = ip ?? [(10 << 24) | 5];
    const call = { ip: { family: 4 as const, words }, path, method, time, headers: [], ...body };
    return policies.forKey(keyWith(tags)).decide(callRequest(ROUTE, call)).decision;
  };
}

function keyWith(tags: readonly string[]) {
  return keyEntity({
    ...{ keyId: 'key_1', memberId: 'mem_1', roleId: 'role_developer', name: 'ci-pipeline' },
    ...{ scopes: ['apis.call'], profile: 'custom', environment: 'live', tags, createdAt: 1000 },
  });
}

const ROUTE = routeEntity({
  ...{ id: 'invoices', gateway: 'eu-1', path: '/*', host: 'api.example.com', labels: {} },
});
