import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { countAuditEvents, findBrokenLink, refuseAuditEvents } from '../testing/audit-log.ts';
import { readTables } from '../testing/tables.ts';
import { OWNER, startTestApp, type TestApp } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';
import { attack, createVictim, type Victim } from './isolation.fixture.ts';

/** They ask, though by POST, and change nothing. */
const READING: readonly string[] = [
  ...['verifyKey', 'previewSecurity', 'getKeysPropagation', 'getKeysCreated'],
  ...['validatePolicy', 'simulatePolicies', 'replayPolicies', 'replayScopes'],
  // What a member has looked at changes nothing of the organization.
  'markNotificationsRead',
];
/** By somebody who has no session yet; each has tests of its own. */
const PUBLIC: readonly string[] = [
  ...['setup', 'findInvitation', 'acceptInvitation', 'joinGateway'],
  ...['requestPasswordReset', 'findPasswordReset', 'completePasswordReset'],
  ...['receiveStripeEvent', 'receiveGithubReport'],
];
/** Without a payment provider, it changes nothing: the tests of Stripe look. */
const REFUSED: readonly string[] = ['openBillingPortal'];
/** What ends the thing that others are tested on comes last, and the widest at the end. */
const LAST: readonly RouteName[] = [
  ...(['revokeKey', 'deleteKey', 'deleteJoinKey', 'deleteGateway', 'withdrawInvitation'] as const),
  'deleteWebhookEndpoint',
  'deleteComplianceReport',
  'endReviewCampaign',
  'cancelReviewCampaign',
  'deleteReviewCampaign',
  'deleteLogStream',
  'deleteChatDestination',
  ...([
    'removeMember',
    'deletePolicy',
    'deleteRole',
    'deleteWorkspace',
    'deleteOrganization',
  ] as const),
];
/** An operation that another one must come before. */
const BEFORE: Partial<Record<RouteName, RouteName>> = {
  enableKey: 'disableKey',
  enableKeys: 'disableKeys',
  reinstateMember: 'suspendMember',
  enablePolicy: 'disablePolicy',
  enableWebhookEndpoint: 'disableWebhookEndpoint',
  deleteReviewCampaign: 'cancelReviewCampaign',
  resumeLogStream: 'pauseLogStream',
  enableChatDestination: 'disableChatDestination',
};

const APART = [...READING, ...PUBLIC, ...REFUSED];
const changing = (Object.entries(routes) as [RouteName, Route][])
  .filter(([name, { method }]) => method !== 'GET' && !APART.includes(name))
  .map(([name]) => name)
  .sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));

/** By the time that they are called, others have renamed their things. */
const RENAMED: Partial<Record<RouteName, object>> = {
  deleteWorkspace: { name: 'renamed' },
  deleteOrganization: { name: 'Renamed', password: OWNER.password },
};

let app: TestApp;
let victim: Victim;

beforeAll(async () => {
  app = await startTestApp();
  victim = await createVictim(app);
});

it('records nothing where HEAD is asked for what GET records', async () => {
  const events = await countAuditEvents(app);
  for (const [name, { method, path }] of Object.entries(routes) as [RouteName, Route][]) {
    if (method !== 'GET') continue;
    const target = victim.targets[thingOf(path)] ?? 'none';
    const answer = await victim.owner.raw('HEAD', path.replace(/\{\w+\}/, target), undefined);
    expect(answer.status, name).toBeLessThan(500);
    if (path.endsWith('/export')) expect(answer.status).toBe(200);
  }
  expect(await countAuditEvents(app)).toBe(events);
});

describe('an operation whose audit event cannot be written', () => {
  beforeAll(() => refuseAuditEvents(app));

  it.each(changing.filter((name) => !(name in BEFORE)))('does not happen: %s', async (name) => {
    const before = await readTables(app);
    const answer = await attack(victim.owner, name, victim);
    expect([answer.status, answer.problem.code]).toEqual([500, 'internal']);
    expect(await readTables(app)).toEqual(before);
  });
});

describe('an operation', () => {
  // Without those that would leave the others to somebody else, or to a former cookie. Their own
  // tests look as well.
  const others = changing.filter(
    (name) => !['transferOrganization', 'confirmSession'].includes(name),
  );

  it.each(others)('writes one audit event: %s', async (name) => {
    const events = await countAuditEvents(app);
    const answer = await attack(victim.owner, name, victim, RENAMED[name]);
    expect(answer.status, answer.problem?.detail).toBeLessThan(300);
    expect(await countAuditEvents(app)).toBe(events + 1);
    expect(await findBrokenLink(app, victim.organizationId)).toBeUndefined();
  });
});
