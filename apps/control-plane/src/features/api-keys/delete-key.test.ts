import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiKeySecret } from '../../db/schema/index.ts';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { listTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

type KeyStats = RouteOutput<Routes['getKeyStats']>;

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

describe('deleting a key', () => {
  it('answers 204 and leaves an unknown key: 404 to read, invalid_key to use', async () => {
    const key = await makeKey(app, owner);
    expect((await owner.delete(`/v1/api-keys/${key.id}`)).status).toBe(204);
    expect((await owner.get(`/v1/api-keys/${key.id}`)).status).toBe(404);
    expect((await owner.delete(`/v1/api-keys/${key.id}`)).status).toBe(404);
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('invalid_key');
  });

  it('writes an audit event that remembers what the key was', async () => {
    const key = await makeKey(app, owner, { name: 'remembered' });
    const answer = await owner.delete(`/v1/api-keys/${key.id}`);
    const { memberId } = await claimedOrganization(app);
    expect(await newestAuditEvent(app)).toMatchObject({
      actor: { type: 'member', memberId },
      action: 'api_key.delete',
      target: { type: 'api_key', id: key.id, name: 'remembered' },
      before: { name: 'remembered', prefix: key.prefix, status: 'active', memberId },
      after: null,
      ip: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('leaves no hash, and no name outside the audit log', async () => {
    const name = 'only-the-log-knows-me';
    const created = await owner.post<{ id: string }>(
      '/v1/api-keys',
      { name, profile: 'read-only' },
      { 'idempotency-key': 'deleted-later' },
    );
    await owner.delete(`/v1/api-keys/${created.body.id}`);
    expect(await app.services.db.$count(apiKeySecret, sql`key_id = ${created.body.id}`)).toBe(0);
    expect(await tablesThatHold(name)).toEqual(['"public"."audit_event"']);
  });

  it('keeps it counted: stats, usage and last call survive', async () => {
    const key = await makeKey(app, owner);
    await key.client.get('/v1/whoami');
    await app.services.usage.flush();
    const { body: before } = await owner.get<KeyStats>('/v1/api-keys/stats');
    await owner.delete(`/v1/api-keys/${key.id}`);
    const { body: after } = await owner.get<KeyStats>('/v1/api-keys/stats');
    const { activeKeys, keysUsed, ...lasting } = before;
    expect(after).toEqual({ ...lasting, activeKeys: activeKeys - 1, keysUsed: keysUsed - 1 });
  });

  it('does not come back by counts that are stored late', async () => {
    const key = await makeKey(app, owner);
    await key.client.get('/v1/whoami');
    await owner.delete(`/v1/api-keys/${key.id}`);
    await app.services.usage.flush();
    expect((await owner.get(`/v1/api-keys/${key.id}`)).status).toBe(404);
  });
});

async function tablesThatHold(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await listTables(app, ['public', 'pgboss'])) {
    const { rows } = await app.services.db.execute(
      sql`select 1 from ${sql.raw(table)} t where to_jsonb(t)::text like ${`%${text}%`} limit 1`,
    );
    if (rows.length > 0) found.push(table);
  }
  return found;
}
