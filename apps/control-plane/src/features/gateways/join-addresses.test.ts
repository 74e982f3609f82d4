import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  ({ app, owner } = await startOrganization({ trustedProxies: ['127.0.0.1'] }));
});

/** The owner's own requests come from loopback, which a rule must not leave out. */
const LOOPBACK = '127.0.0.0/8';

const join = (secret: string, ip: string) => joinWith(app, secret, {}, ip);

/** As gateways do: a server that is slow refuses a change that has waited for 15 seconds. */
async function joinPatiently(secret: string, ip: string): ReturnType<typeof join> {
  const answer = await join(secret, ip);
  return answer.status === 503 ? joinPatiently(secret, ip) : answer;
}

async function detailOfUnknown(): Promise<string> {
  return (await join(`tk_join_${'0'.repeat(38)}`, '10.1.2.3')).problem.detail;
}

describe('where joining is accepted from', () => {
  it('is where the organization takes keys from', async () => {
    const { secret } = await makeJoinKey(owner, { usesMax: 9 });
    expect((await join(secret, '192.0.2.1')).status).toBe(201);
    const rule = { allowedIps: ['10.0.0.0/8', '2001:db8::/32', LOOPBACK] };
    expect((await owner.patch('/v1/security', rule)).status).toBe(200);
    const { problem } = await join(secret, '192.0.2.1');
    expect([problem.code, problem.detail]).toEqual(['join_key_invalid', await detailOfUnknown()]);
    expect(app.logged.join('')).toContain('"why":"address_outside_organization"');
    expect((await join(secret, '2001:db9::1')).status).toBe(403);
    expect((await join(secret, '10.1.2.3')).status).toBe(201);
    expect((await join(secret, '::ffff:10.1.2.3')).status).toBe(201);
    expect((await join(secret, '2001:db8::1')).status).toBe(201);
    expect((await owner.patch('/v1/security', { allowedIps: [] })).status).toBe(200);
    expect((await join(secret, '192.0.2.1')).status).toBe(201);
  });

  it('is where the API key that made the join key may be used from', async () => {
    const body = { profile: 'organization', allowedIps: ['10.0.0.0/8', LOOPBACK] };
    const { client } = await makeKey(app, owner, body);
    const { secret } = await makeJoinKey(client, { usesMax: 9 });
    const { problem } = await join(secret, '192.0.2.1');
    expect([problem.code, problem.detail]).toEqual(['join_key_invalid', await detailOfUnknown()]);
    expect(app.logged.join('')).toContain('"why":"address_outside_api_key"');
    expect((await join(secret, '10.1.2.3')).status).toBe(201);
  });

  it('is not believed from whom no proxy vouches for', async () => {
    const { app: direct, owner: other } = await startOrganization();
    await other.patch('/v1/security', { allowedIps: [LOOPBACK] });
    const { secret } = await makeJoinKey(other);
    expect((await joinWith(direct, secret, {}, '192.0.2.1')).status).toBe(201);
  });
});

describe('failing to join', () => {
  const wrong = `tk_join_${'1'.repeat(38)}`;

  it('is bounded by address, also for a caller who then has a good join key; others can join', async () => {
    const { secret } = await makeJoinKey(owner, { usesMax: 9 });
    const ip = '198.51.100.7';
    for (let count = 0; count < 100; count += 1) expect((await join(wrong, ip)).status).toBe(403);
    const late = await join(secret, ip);
    expect([late.status, late.problem.code]).toEqual([429, 'rate_limited']);
    expect(late.headers.get('retry-after')).toBe('60');
    expect((await join(secret, '198.51.100.8')).status).toBe(201);
  });

  it('holds up no fleet: 200 gateways at once from behind one address get in', async () => {
    const { secret } = await makeJoinKey(owner, { usesMax: 200 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => joinPatiently(secret, '203.0.113.9')),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  });
});
