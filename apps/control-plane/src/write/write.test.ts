import type { ApiKey } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  auditEvents,
  findBrokenLink,
  newestAuditEvent,
  refuseAuditEvents,
} from '../testing/audit-log.ts';
import type { Client } from '../testing/client.ts';
import { CREATE_BODY, KEY_CHANGES } from '../testing/key-changes.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addMember,
  choosePlan,
  claimedOrganization,
  setMemberRole,
  setMemberStatus,
} from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let organizationId: string;
let keys: { active: TestKey; disabled: TestKey };

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  await choosePlan(app, 'enterprise');
  keys = { active: await makeKey(app, owner), disabled: await makeKey(app, owner) };
  await owner.post(`/v1/api-keys/${keys.disabled.id}/disable`);
});

describe('a change whose audit event cannot be written', () => {
  beforeAll(() => refuseAuditEvents(app));

  it.each(KEY_CHANGES)('does not happen: $verb', async ({ call, from }) => {
    const before = await readTables(app);
    const answer = await call(owner, keys[from].id);
    expect(answer.status).toBe(500);
    expect(answer.problem.code).toBe('internal');
    expect(JSON.stringify(answer.problem)).not.toContain('the log is full');
    expect(await readTables(app)).toEqual(before);
  });

  it('does not happen: create, which leaves its Idempotency-Key free as well', async () => {
    const before = await readTables(app);
    const answer = await owner.post('/v1/api-keys', CREATE_BODY, { 'idempotency-key': 'rolled' });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toHaveProperty('secret');
    expect(await readTables(app)).toEqual(before);
  });

  it('leaves every key deciding as before', async () => {
    expect((await keys.active.client.get('/v1/whoami')).status).toBe(200);
    expect((await keys.disabled.client.get('/v1/whoami')).problem.code).toBe('disabled');
  });
});

describe('the audit log', () => {
  it('holds one event for each change, in an unbroken chain, also under a rush', async () => {
    const before = await auditEvents(app, organizationId);
    const made = await Promise.all(Array.from({ length: 20 }, () => makeKey(app, owner)));
    await Promise.all(made.map(({ id }) => owner.post(`/v1/api-keys/${id}/disable`)));
    const events = (await auditEvents(app, organizationId)).slice(before.length);
    expect(events).toHaveLength(40);
    expect(new Set(events.map((event) => event.target.id))).toEqual(
      new Set(made.map(({ id }) => id)),
    );
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('names the key as actor when a key acts, and its owner', async () => {
    const { memberId } = await claimedOrganization(app);
    const key = await makeKey(app, owner, { scopes: ['api_keys.revoke', 'api_keys.manage_all'] });
    await key.client.post(`/v1/api-keys/${keys.active.id}/disable`);
    expect(await newestAuditEvent(app)).toMatchObject({
      actor: { type: 'key', keyId: key.id, memberId },
      action: 'api_key.disable',
    });
    await owner.post(`/v1/api-keys/${keys.active.id}/enable`);
  });

  it('believes no forwarded address, and cuts and cleans the user agent', async () => {
    await owner.raw('POST', `/v1/api-keys/${keys.active.id}/disable`, undefined, {
      'x-forwarded-for': '203.0.113.9',
      'user-agent': `bad\u001b[31m${'x'.repeat(400)}`.replace('\u001b', '\u00ff'),
    });
    const event = await newestAuditEvent(app);
    expect(event.ip).toBe('127.0.0.1');
    expect(event.userAgent).toMatch(/^bad\?\[31mx{248}$/);
    await owner.post(`/v1/api-keys/${keys.active.id}/enable`);
  });

  it.each([
    ['edited', 3, [sql`update audit_event set after = '{"name":"x"}' where sequence = 3`]],
    ['dated back', 3, [sql`update audit_event set at = at - interval '1 s' where sequence = 3`]],
    ['removed', 4, [sql`delete from audit_event where sequence = 3`]],
    [
      'removed, and the gap closed',
      3,
      [sql`delete from audit_event where sequence = 3`, ...moveEvents(4, -1)],
    ],
    ['inserted', 4, [...moveEvents(4, 1), copyEvent(3, 4)]],
    ['inserted before all others', 1, [...moveEvents(1, 1), copyEvent(2, 1)]],
    ['moved behind the next', 3, swapEvents(3)],
    [
      'moved behind the next, and both linked anew',
      3,
      [
        ...swapEvents(3),
        sql`update audit_event set previous_hash =
          (select before.hash from audit_event before where before.sequence = audit_event.sequence - 1)
          where sequence in (3, 4, 5)`,
      ],
    ],
  ])('shows that an event was %s, and names the first that is wrong', async (...row) => {
    const [, firstWrong, tampering] = row;
    expect(await brokenLinkAfter(tampering)).toBe(firstWrong);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('shows that events were cut off or added at the end', async () => {
    const count = (await auditEvents(app, organizationId)).length;
    const cutOff = [sql`delete from audit_event where sequence >= ${count - 1}`];
    expect(await brokenLinkAfter(cutOff)).toBe(count - 1);
    expect(await brokenLinkAfter([copyEvent(3, count + 1)])).toBe(count + 1);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });
});

describe('changes that meet', () => {
  it('line up when a key changes itself many times at once, or two change each other', async () => {
    const scopes = ['api_keys.create', 'api_keys.read'];
    const [one, two] = [
      await makeKey(app, owner, { scopes }),
      await makeKey(app, owner, { scopes }),
    ];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => [
        one.client.patch(`/v1/api-keys/${one.id}`, { name: `self ${n}` }),
        one.client.patch(`/v1/api-keys/${two.id}`, { name: `two ${n}` }),
        two.client.patch(`/v1/api-keys/${one.id}`, { name: `one ${n}` }),
      ]).flat(),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('a caller who loses what the change needs while it is under way', () => {
  it('changes nothing: what the transaction finds counts, not what let the request in', async () => {
    const admin = await addMember(app, organizationId, 'admin');
    const made = await makeKey(app, admin.client);
    const [disabled, suspended] = await Promise.all([
      admin.client.post<ApiKey>(`/v1/api-keys/${made.id}/disable`),
      setMemberStatus(app, admin.memberId, 'suspended'),
    ]);
    const { body: key } = await owner.get<ApiKey>(`/v1/api-keys/${made.id}`);
    expect(suspended).toBeUndefined();
    expect(key.status).toBe(disabled.status === 200 ? 'disabled' : 'active');
    expect((await admin.client.get('/v1/whoami')).problem.code).toBe('member_suspended');
  });

  it('holds the role of the moment: a demoted member’s key does less at once', async () => {
    const admin = await addMember(app, organizationId, 'admin');
    const key = await makeKey(app, admin.client, { scopes: ['api_keys.create', 'usage.read'] });
    expect((await key.client.get('/v1/usage')).status).toBe(200);
    await setMemberRole(app, admin.memberId, 'billing');
    expect((await key.client.get('/v1/usage')).problem.code).toBe('insufficient_scope');
    expect((await admin.client.post('/v1/api-keys', CREATE_BODY)).status).toBe(403);
    await setMemberRole(app, admin.memberId, 'admin');
    expect((await key.client.get('/v1/usage')).status).toBe(200);
  });
});

/** What the check finds once that was done to the log, which stays as it is. */
async function brokenLinkAfter(tampering: readonly SQL[]): Promise<number | undefined> {
  let found: number | undefined;
  const undone = app.services.db.transaction(async (tx) => {
    for (const statement of tampering) await tx.execute(statement);
    const tampered = { ...app, services: { ...app.services, db: tx } } as unknown as TestApp;
    found = await findBrokenLink(tampered, organizationId);
    tx.rollback();
  });
  await expect(undone).rejects.toThrow('Rollback');
  return found;
}

/** In two steps: no two events may have one place for a moment. */
function moveEvents(from: number, by: number): SQL[] {
  return [
    sql`update audit_event set sequence = -sequence where sequence >= ${from}`,
    sql`update audit_event set sequence = -sequence + ${by} where sequence < 0`,
  ];
}

function swapEvents(first: number): SQL[] {
  return [
    sql`update audit_event set sequence = -sequence where sequence in (${first}, ${first + 1})`,
    sql`update audit_event set sequence = ${2 * first + 1} + sequence where sequence < 0`,
  ];
}

/** A forger may copy any event and link it; only its hash is beyond him. */
function copyEvent(of: number, to: number): SQL {
  return sql`insert into audit_event
    select (jsonb_populate_record(audit_event, jsonb_build_object(
      'id', 'forged', 'sequence', ${to}::int,
      'previous_hash', coalesce(
        (select before.hash from audit_event before where before.sequence = ${to - 1}),
        decode(repeat('00', 32), 'hex'))))).*
    from audit_event where sequence = ${of}`;
}
