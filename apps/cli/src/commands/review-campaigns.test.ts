/** `compliance`: review campaigns, and the keys that wait for somebody. */
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/compliance/campaigns';
const ADA = { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: null };
const CAMPAIGN = {
  id: `rvc_${'0'.repeat(20)}`,
  ...{ name: 'Q4', status: 'running', workspaceId: null, disablesUnconfirmed: true },
  ...{ reviewer: ADA, reviewerCanReview: true, keysCount: 4 },
  ...{ endsAt: '2026-12-31T00:00:00.000Z', endedAt: null, createdBy: ADA },
  counts: { pending: 1, confirmed: 2, revoked: 0, deleted: 0, disabled: 0, unconfirmed: 1 },
  ...{ createdAt: '2026-11-23T08:00:00.000Z', etag: 'etag-1' },
};
const review = (n: number, name: string) => ({
  ...{ campaignId: CAMPAIGN.id, campaignName: 'Q4', endsAt: CAMPAIGN.endsAt },
  ...{ disablesUnconfirmed: true, keyId: `key_${String(n).padStart(20, '0')}`, keyName: name },
  ...{ prefix: 'tk_live_0000', state: 'active', ownerName: 'Ada', scopes: ['apis.call'] },
  ...{ createdAt: CAMPAIGN.createdAt, expiresAt: null, lastUsedAt: null },
});
const waiting = {
  data: [review(1, 'ci'), review(2, 'cursor')],
  ...{ nextCursor: null, totalCount: 2 },
};

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, ['compliance', ...argv], { env, ...given });
}

test('a campaign is started with its end, and leaves its id on standard output', async () => {
  const api = createApi({ [`POST ${PATH}`]: CAMPAIGN });
  const argv = ['start', 'Q4', '--ends', '2026-12-31', '--disable'];
  const { stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stdout).toBe(`${CAMPAIGN.id}\n`);
  expect(stderr).toContain('Asks for 4 keys. What nobody confirms is disabled');
  expect(api.seen[0]?.body).toEqual({
    ...{ name: 'Q4', endsAt: '2026-12-31T23:59:59.999Z', disablesUnconfirmed: true },
  });
});

test('progress names how many are decided, and who is asked', async () => {
  const asked = {
    ...{ keyId: `key_${'0'.repeat(20)}`, keyName: 'ci', outcome: 'pending', ownerName: 'Dev' },
    ...{ reviewer: { memberId: ADA.memberId, name: 'Ada' }, decidedAt: null, decidedBy: null },
  };
  const api = createApi({
    [`GET ${PATH}`]: { data: [CAMPAIGN], nextCursor: null },
    [`GET ${PATH}/${CAMPAIGN.id}/reviews`]: { data: [asked], nextCursor: null },
  });
  const { stdout } = await tollkeeper(['progress', 'Q4'], { fetch: api.fetch });
  expect(stdout).toMatch(/Decided +2 of 4/);
  expect(stdout).toMatch(/ci +pending +Dev +Ada/);
});

test('keys are confirmed by name or all together, and what was refused is reported', async () => {
  const ok = (id: string) => ({ id, error: null });
  const [ci = '', cursor = ''] = waiting.data.map(({ keyId }) => keyId);
  const refusal = { code: 'invalid_state', detail: 'Cannot confirm the key "cursor": no.' };
  const api = createApi({
    'GET /v1/compliance/reviews': waiting,
    [`POST ${PATH}/${CAMPAIGN.id}/confirm`]: [
      { results: [ok(ci)] },
      { results: [ok(ci), { id: cursor, error: refusal }] },
    ],
  });
  const one = await tollkeeper(['confirm', 'ci'], { fetch: api.fetch });
  expect(one.stdout).toBe('Confirmed 1 key.\n');
  expect(api.seen.at(-1)?.body).toEqual({ keyIds: [ci] });
  const all = await tollkeeper(['confirm', '--all'], { fetch: api.fetch });
  expect([all.exitCode === 0, all.stderr.includes(refusal.detail)]).toEqual([false, true]);
  const none = await tollkeeper(['confirm', 'other'], { fetch: api.fetch });
  expect(none.stderr).toContain('No key "other" waits for your review');
  expect((await tollkeeper(['confirm'], { fetch: api.fetch })).stderr).toContain('--all');
  const listed = await tollkeeper(['reviews'], { fetch: api.fetch });
  expect(listed.stdout).toMatch(/cursor +active/);
});

test('a campaign is extended, ended and cancelled, the latter once somebody agreed', async () => {
  const api = createApi({
    [`GET ${PATH}/${CAMPAIGN.id}`]: CAMPAIGN,
    [`PATCH ${PATH}/${CAMPAIGN.id}`]: { ...CAMPAIGN, endsAt: '2027-01-15T00:00:00.000Z' },
    [`POST ${PATH}/${CAMPAIGN.id}/end`]: { ...CAMPAIGN, status: 'ending' },
    [`POST ${PATH}/${CAMPAIGN.id}/cancel`]: { ...CAMPAIGN, status: 'cancelled' },
    [`DELETE ${PATH}/${CAMPAIGN.id}`]: new Response(null, { status: 204 }),
  });
  const { fetch } = api;
  const extended = await tollkeeper(['extend', CAMPAIGN.id, '--ends', '2027-01-15'], { fetch });
  expect(extended.stdout).toContain('2027-01-15');
  expect((await tollkeeper(['end', CAMPAIGN.id], { fetch })).stderr).toContain('--yes');
  const ended = await tollkeeper(['end', CAMPAIGN.id, '--yes'], { fetch });
  expect(ended.stdout).toBe('"Q4" is ending.\n');
  await tollkeeper(['cancel', CAMPAIGN.id, '--yes'], { fetch });
  const deleted = await tollkeeper(['delete-campaign', CAMPAIGN.id, '--yes'], { fetch });
  expect(deleted.stdout).toBe('Deleted "Q4".\n');
});
