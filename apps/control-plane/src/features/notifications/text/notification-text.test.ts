import { DASHBOARD_PATHS } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { happeningOf, NOTABLE_ACTIONS } from '../map-event.ts';
import { notificationPath, notificationText } from './notification-text.ts';

const FACTS = { network: '203.0.113.0/24', days: 3, keysUsed: 4, keysMax: 5, plan: 'pro' };
const FINDINGS = [
  ...['api_key.expires', 'api_key.unused', 'api_key.disables_soon', 'api_key.new_network'],
  ...['gateway.behind', 'gateway.gone'],
];

it.each([...NOTABLE_ACTIONS, ...FINDINGS])(
  'has a text of its own, of one and of many: %s',
  (reason) => {
    const subject = { type: 'api_key', id: 'key_1', name: 'ci' } as const;
    const parts = { kind: 'audit_alarm', reason, subject, facts: FACTS, count: 1 } as const;
    for (const isOwner of [true, false]) {
      const [one, many] = [1, 1234].map((count) => notificationText({ ...parts, count }, isOwner));
      expect(one).not.toMatch(/^Audit log alarm: |undefined|null/);
      expect(many).toContain('1,234');
    }
  },
);

it.each([
  ['disabled', 'It was disabled. Rotate it before you enable it, or revoke it.'],
  ['none', 'The secret that was found does not work, so nothing was done.'],
  ['revoked', 'It was revoked.'],
  ['warned', 'It still works: rotate or revoke it.'],
])('says of a key that leaked and was %s what is left to do', (action, advice) => {
  const subject = { type: 'api_key', id: 'key_1', name: 'ci' } as const;
  const parts = {
    kind: 'api_key_leaked',
    reason: 'api_key.report_leak',
    subject,
    count: 1,
  } as const;
  expect(notificationText({ ...parts, facts: { action } }, true)).toBe(
    `Your API key "ci" was found where others can read it. ${advice}`,
  );
});

it.each([...NOTABLE_ACTIONS, ...FINDINGS])('leads to a page that there is: %s', (reason) => {
  const subject = { type: 'api_key', id: 'x', name: 'ci' } as const;
  const parts = { kind: 'audit_alarm', reason, subject, facts: FACTS, count: 1 } as const;
  const pages: readonly string[] = DASHBOARD_PATHS;
  expect(pages).toContain(notificationPath(parts).replace('/x', '/$id'));
});

it.each(['webhook_endpoint.disable', 'chat_destination.disable'] as const)(
  'says nothing of a failure where a person has acted: %s',
  (action) => {
    const target = { type: 'webhook_endpoint', id: 'x', name: 'x' } as const;
    const event = { ...{ id: 'evt_1', at: new Date(), action, target }, before: null, after: {} };
    const job = { type: 'system', job: 'deliver' } as const;
    const person = { type: 'member', memberId: 'mem_1' } as const;
    expect(happeningOf({ ...event, actor: job })).toMatchObject({ reason: action });
    expect(happeningOf({ ...event, actor: person })).toBeUndefined();
  },
);
