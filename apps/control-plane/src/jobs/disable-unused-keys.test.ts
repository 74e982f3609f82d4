import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { auditEvents, type Query } from '../testing/query-database.ts';
import { makeKey, startOrganization, type TestKey } from '../testing/start-organization.ts';
import type { TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';
import { disableUnusedKeys } from './disable-unused-keys.ts';

const DAY_MS = 86_400_000;
let now = new Date();
let app: TestApp;
let query: Query;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
  await owner.patch('/v1/security', { keyUnusedDaysMax: 30 });
});

beforeEach(async () => {
  await stay();
  await query(`update api_key set status = 'revoked'`);
  key = await makeKey(app, owner);
});

const run = () => disableUnusedKeys(app.services);
const pass = (days: number, ms = 0) => {
  now = new Date(now.getTime() + days * DAY_MS + ms);
};
const read = async () => (await owner.get<ApiKey>(`/v1/api-keys/${key.id}`)).body;

/** Sessions do not outlive these tests' jumps in time: they are signed in anew at each. */
const stay = () => query('update session set signed_in_at = $1, expires_at = $2', [now, later()]);
const later = () => new Date(now.getTime() + 30 * DAY_MS);

describe('the daily job', () => {
  it('disables a key at the very moment, everywhere, and records it as the job', async () => {
    const disablesAt = new Date(now.getTime() + 30 * DAY_MS).toISOString();
    expect((await read()).disablesAt).toBe(disablesAt);
    pass(30, -1);
    expect(await run()).toEqual({ disabled: 0 });
    pass(0, 1);
    expect(await run()).toEqual({ disabled: 1 });
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('disabled');
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'api_key.disable',
      actor: { type: 'system', job: 'disable-unused-keys' },
      target: { type: 'api_key', id: key.id },
      before: { status: 'active' },
      after: { status: 'disabled', unusedDaysMax: 30 },
    });
    expect(await run()).toEqual({ disabled: 0 });
    await stay();
    expect(await read()).toMatchObject({ status: 'disabled', disablesAt: null });
  });

  it('spares a key that was used, and counts from there', async () => {
    pass(29);
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    await app.services.usage.flush();
    pass(29);
    expect(await run()).toEqual({ disabled: 0 });
    pass(1);
    expect(await run()).toEqual({ disabled: 1 });
  });

  it('spares a key whose use is just being stored', async () => {
    pass(30);
    const use = 'update api_key set last_used_at = $2 where id = $1';
    const done = await whileHeld(app.database, (holder) => holder.query(use, [key.id, now]), run);
    expect(done).toEqual({ disabled: 0 });
    await stay();
    expect(await read()).toMatchObject({ status: 'active', disablesAt: later().toISOString() });
  });

  it('counts anew when a key is enabled again', async () => {
    pass(30);
    await run();
    await stay();
    expect((await owner.post(`/v1/api-keys/${key.id}/enable`)).status).toBe(200);
    expect((await read()).disablesAt).toBe(later().toISOString());
    pass(1);
    expect(await run()).toEqual({ disabled: 0 });
    pass(29);
    expect(await run()).toEqual({ disabled: 1 });
  });

  it('leaves keys alone that have expired, and organizations without the rule', async () => {
    await query('update api_key set expires_at = $1 where id = $2', [later(), key.id]);
    await stay();
    expect((await read()).disablesAt).toBe(null);
    pass(31);
    expect(await run()).toEqual({ disabled: 0 });
    await query('update api_key set expires_at = null where id = $1', [key.id]);
    await query('update organization set key_unused_days_max = null');
    expect(await run()).toEqual({ disabled: 0 });
    await query('update organization set key_unused_days_max = 30');
    expect(await run()).toEqual({ disabled: 1 });
  });
});
