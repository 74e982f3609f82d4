/** `compliance`: what keys used of their scopes, and the fewer scopes that would have been enough. */
import { HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { EXIT } from '../failure.ts';
import { createApi, createKey, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/compliance/access-review';
const KEY = createKey(1, { scopes: ['apis.call', 'audit.read', 'usage.read'] });
const scope = (name: string, use: string, calls: number) => ({
  ...{ name, isInForce: name !== 'audit.read', use, calls },
  lastUsedOn: calls > 0 ? '2026-11-22' : null,
});
const REVIEW = {
  ...{ id: KEY.id, name: KEY.name, prefix: KEY.prefix, state: 'active', workspaceId: null },
  ...{ owner: KEY.createdBy, createdAt: KEY.createdAt, expiresAt: null, lastUsedAt: null },
  ...{ etag: 'etag-1', recordedSince: '2026-08-26T00:00:00.000Z', calls: 18_030 },
  ...{ unknownCalls: 0, advice: 'reduce', proposedScopes: ['apis.call'] },
  scopes: [
    scope('apis.call', 'required', 18_030),
    scope('audit.read', 'unused', 0),
    scope('usage.read', 'unused', 0),
  ],
  replay: { calls: 18_030, refused: 0, uncertain: 0, outdated: 0 },
};
const ANSWERS = {
  [`GET /v1/api-keys/${KEY.id}`]: { ...KEY, scopesInForce: [], decision: 'valid' },
  [`GET ${PATH}/${KEY.id}`]: REVIEW,
};

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, ['compliance', ...argv], { env, ...given });
}

test('the list asks for what the options say, and shows what was used', async () => {
  const api = createApi({ [`GET ${PATH}`]: { data: [REVIEW], nextCursor: null, totalCount: 1 } });
  const argv = ['access-review', '--advice', 'reduce', '--unused', '--state', 'active'];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch });
  expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
    ...{ advice: 'reduce', used: 'false', state: 'active', limit: '20' },
  });
  expect(stdout).toMatch(/ci-1 +tk_live_0001 +● reduce +1 of 3 +18,030 +Ada/);
});

test('a review says how each scope was used, and what the proposal would have refused', async () => {
  const api = createApi(ANSWERS);
  const { stdout, stderr } = await tollkeeper(['review-key', KEY.id], { fetch: api.fetch });
  expect(stdout).toMatch(/Proposed scopes +apis\.call\n/);
  expect(stdout).toMatch(/Replay +0 of 18,030 calls would have been refused\n/);
  expect(stdout).toMatch(/apis\.call +required +18,030 +2026-11-22/);
  expect(stdout).toMatch(/audit\.read +unused, not in force +0/);
  expect(stderr).toContain(`apply-review ${KEY.id}`);
});

test('a review obeys no terminal', async () => {
  const [{ text } = { text: '' }] = HOSTILE_TEXTS.filter((each) => each.text.includes('\u001b'));
  const review = { ...REVIEW, name: text, owner: { ...REVIEW.owner, name: text } };
  const api = createApi({
    ...{ ...ANSWERS, [`GET ${PATH}/${KEY.id}`]: review },
    [`GET ${PATH}`]: { data: [review], nextCursor: null, totalCount: 1 },
  });
  const shown = await tollkeeper(['review-key', KEY.id], { fetch: api.fetch });
  const listed = await tollkeeper(['access-review'], { fetch: api.fetch });
  expect(text).not.toBe('');
  expect(shown.stdout + listed.stdout).not.toContain('\u001b');
});

test('other scopes are replayed, with what may have been refused', async () => {
  const replay = { calls: 10, refused: 2, uncertain: 1, outdated: 3 };
  const api = createApi({ ...ANSWERS, [`POST ${PATH}/${KEY.id}/replay`]: replay });
  const argv = ['replay-scopes', KEY.id, 'apis.call', 'usage.read'];
  const { stdout } = await tollkeeper(argv, { fetch: api.fetch });
  expect(api.seen.at(-1)?.body).toEqual({ scopes: ['apis.call', 'usage.read'] });
  expect(stdout).toBe(
    '2 of 10 calls would have been refused; 1 more may have been refused or shown less; 3 further calls the key could no longer make.\n',
  );
});

test('a proposal is applied once somebody agreed, as it was reviewed', async () => {
  const edited = { ...KEY, scopes: ['apis.call'] };
  const api = createApi({ ...ANSWERS, [`PATCH /v1/api-keys/${KEY.id}`]: edited });
  const argv = ['apply-review', KEY.id];
  const sent = () => api.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  const unasked = await tollkeeper(argv, { fetch: api.fetch });
  expect([unasked.exitCode, unasked.stderr]).toEqual([
    EXIT.usage,
    expect.stringContaining('--yes'),
  ]);
  const terminal = { columns: 80 };
  await tollkeeper(argv, { fetch: api.fetch, terminal, stdin: ['n\n'] });
  expect(sent()).toEqual([]);
  const agreed = await tollkeeper(argv, { fetch: api.fetch, terminal, stdin: ['y\n'] });
  expect(agreed.stdout).toMatch(/Removes scopes .*audit\.read usage\.read/);
  expect(agreed.stdout).toContain('"ci-1" has 1 scope now.');
  expect(sent()).toEqual([{ scopes: ['apis.call'], etag: 'etag-1' }]);
  const scripted = await tollkeeper([...argv, '--json'], { fetch: api.fetch });
  expect(JSON.parse(scripted.stdout)).toEqual(edited);
});

test('nothing is applied where nothing is proposed', async () => {
  const keep = { ...REVIEW, advice: 'keep', proposedScopes: null };
  const api = createApi({ ...ANSWERS, [`GET ${PATH}/${KEY.id}`]: keep });
  const { stderr } = await tollkeeper(['apply-review', KEY.id, '--yes'], { fetch: api.fetch });
  expect(stderr).toContain('proposes no fewer scopes');
  expect(api.seen.map(({ method }) => method)).not.toContain('PATCH');
});
