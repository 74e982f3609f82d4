import type { SecuritySettings } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

const DAY_MS = 86_400_000;
const OPEN: SecuritySettings = {
  keyLifetimeDaysMax: null,
  keyUnusedDaysMax: null,
  allowedIps: [],
  twoFactorRequired: false,
  sessionHoursMax: 168,
};
let app: TestApp;
let query: Query;
let owner: Client;
let now = new Date();

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
});

const save = (client: Client, body: object) => client.patch<SecuritySettings>('/v1/security', body);

const stored = (settings: object) => ({ ...settings, etag: expect.any(String) });

describe('security settings', () => {
  it('are open at first, and answer what was saved, with ranges in one spelling', async () => {
    expect((await owner.get('/v1/security')).body).toEqual(stored(OPEN));
    const saved = await save(owner, { allowedIps: ['127.0.0.9/8', '127.0.0.0/8', '2001:DB8::1'] });
    const settings = { ...OPEN, allowedIps: ['127.0.0.0/8', '2001:db8::1'] };
    expect([saved.status, saved.body]).toEqual([200, stored(settings)]);
    expect((await owner.get('/v1/security')).body).toEqual(stored(settings));
    expect((await save(owner, { keyUnusedDaysMax: 90 })).body).toEqual(
      stored({ ...settings, keyUnusedDaysMax: 90 }),
    );
    expect((await save(owner, OPEN)).body).toEqual(stored(OPEN));
  });

  it('record before and after, and which keys were affected', async () => {
    const { id } = await makeKey(app, owner);
    await save(owner, { keyLifetimeDaysMax: 30 });
    const event = (await auditEvents(query)).at(-1);
    expect(event).toMatchObject({
      action: 'security.update',
      actor: { type: 'member' },
      target: { type: 'organization', name: 'Acme' },
      before: OPEN,
      after: { ...OPEN, keyLifetimeDaysMax: 30, affectedKeysCount: 1, affectedKeys: [id] },
    });
    await save(owner, OPEN);
  });

  it('refuse who holds no scope, a confined key, and another organization', async () => {
    const viewer = await join(app, owner, 'Vera', 'role_viewer');
    expect((await viewer.client.get('/v1/security')).status).toBe(200);
    const { client: admin } = await makeKey(app, owner);
    const confined = await makeKey(app, owner, { profile: 'read-only', ...(await anyWorkspace()) });
    const other = await startOtherOrganization(app, owner, query);
    const events = (await auditEvents(query)).length;
    const refused = await save(viewer.client, { sessionHoursMax: 1 });
    expect([refused.status, refused.problem.scopes]).toEqual([403, ['security.manage']]);
    const preview = await viewer.client.post('/v1/security/preview', { sessionHoursMax: 1 });
    expect(preview.problem.code).toBe('insufficient_scope');
    expect((await confined.client.get('/v1/security')).problem.code).toBe('outside_workspace');
    await query(`update api_key set scopes = '{security.manage}' where id = $1`, [confined.id]);
    expect((await confined.client.patch('/v1/security', {})).problem.code).toMatch(/scope|outside/);
    expect((await auditEvents(query)).length).toBe(events);
    expect((await save(other, { sessionHoursMax: 2 })).status).toBe(200);
    expect((await admin.get('/v1/security')).body).toEqual(stored(OPEN));
  });

  it('refuse what is out of bounds or no range, and change nothing', async () => {
    for (const body of [
      { keyLifetimeDaysMax: 0 },
      { keyUnusedDaysMax: 3651 },
      { sessionHoursMax: 721 },
      { sessionHoursMax: null },
      { allowedIps: ['10.0.0.0/33'] },
      { allowedIps: ['1::2::3'] },
      { twoFactorRequired: 'yes' },
      { unknown: 1 },
    ]) {
      const answer = await save(owner, body);
      expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
      expect((await owner.post('/v1/security/preview', body)).status).toBe(422);
    }
    expect((await owner.get('/v1/security')).body).toEqual(stored(OPEN));
  });

  it('refuse to lock out the one who saves them', async () => {
    for (const [body, word] of [
      [{ allowedIps: ['10.0.0.0/8'] }, 'address'],
      [{ twoFactorRequired: true }, 'second factor'],
    ] as const) {
      const answer = await save(owner, body);
      expect([answer.status, answer.problem.code]).toEqual([409, 'invalid_state']);
      expect(answer.problem.detail).toContain(word);
    }
    expect((await owner.get('/v1/security')).body).toEqual(stored(OPEN));
  });

  it('let a key ask for a second factor only where its own owner has one', async () => {
    const admin = await join(app, owner, 'Anna', 'role_admin');
    const [ofOwner, ofAdmin] = [await makeKey(app, owner), await makeKey(app, admin.client)];
    await query('update "user" set two_factor_enabled = true where email = $1', [admin.email]);
    const refused = await save(ofOwner.client, { twoFactorRequired: true });
    expect([refused.status, refused.problem.code]).toEqual([409, 'invalid_state']);
    const saved = await save(ofAdmin.client, { twoFactorRequired: true });
    expect(saved.body).toEqual(stored({ ...OPEN, twoFactorRequired: true }));
    await query('update organization set two_factor_required = false');
  });
});

describe('a smaller longest lifetime', () => {
  it('cuts keys at once: those beyond it are refused, the others end sooner', async () => {
    const old = await makeKey(app, owner);
    const fresh = await makeKey(app, owner);
    const short = await makeKey(app, owner, {
      profile: 'organization',
      expiresAt: new Date(now.getTime() + DAY_MS).toISOString(),
    });
    const madeAt = new Date(now.getTime() - 40 * DAY_MS);
    await query('update api_key set created_at = $1 where id = $2', [madeAt, old.id]);
    expect((await old.client.get('/v1/whoami')).status).toBe(200);
    await save(owner, { keyLifetimeDaysMax: 30 });
    expect((await old.client.get('/v1/whoami')).problem.code).toBe('expired');
    expect((await fresh.client.get('/v1/whoami')).status).toBe(200);
    const rows = await query<{ id: string; expires_at: Date; created_at: Date }>(
      'select id, expires_at, created_at from api_key where id = any($1)',
      [[old.id, fresh.id, short.id]],
    );
    for (const { id, expires_at, created_at } of rows) {
      const livesDays = (expires_at.getTime() - created_at.getTime()) / DAY_MS;
      expect(livesDays).toBe(id === short.id ? 1 : 30);
    }
    now = new Date(now.getTime() + 31 * DAY_MS);
    expect((await fresh.client.get('/v1/whoami')).problem.code).toBe('expired');
  });
});

async function anyWorkspace(): Promise<{ workspaceId: string }> {
  const [row] = await query<{ id: string }>('select id from workspace order by created_at limit 1');
  return { workspaceId: row?.id ?? '' };
}
