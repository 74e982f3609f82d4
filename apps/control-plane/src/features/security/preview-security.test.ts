import type { RouteOutput, Routes, SecurityEffect } from '@tollkeeper/contract';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { disableUnusedKeys } from '../../jobs/disable-unused-keys.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization, type TestKey } from '../../testing/start-organization.ts';
import { OWNER, type TestApp } from '../../testing/test-app.ts';
import { nextUnusedRun } from '../api-keys/index.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

const DAY_MS = 86_400_000;
const KEYS = 5;
const ADDRESSES = ['127.0.0.1', '10.1.0.1', '10.2.0.1', '192.0.2.1'];
const RANGES = ['10.0.0.0/8', '10.1.0.0/16', '10.2.0.0/16', '192.0.2.0/24'];
const now = new Date();
let app: TestApp;
let query: Query;
let owner: Client;
let member: Joined;
let keys: TestKey[];

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization({ clock: () => now }));
  member = await join(app, owner, 'Mona', 'role_admin');
  await query('update "user" set two_factor_enabled = true where email = $1', [OWNER.email]);
  keys = await Promise.all(Array.from({ length: KEYS }, () => makeKey(app, owner)));
});

const preview = async (body: object) =>
  (await owner.post<Preview>('/v1/security/preview', body)).body;

describe('the preview', () => {
  it('changes nothing and records nothing', async () => {
    const before = [
      await query('select * from organization'),
      await query('select * from api_key'),
    ];
    const events = await auditEvents(query);
    const shown = await preview({ keyLifetimeDaysMax: 1, twoFactorRequired: true });
    expect([shown.keysCount, shown.membersCount]).toEqual([KEYS, 1]);
    expect(await query('select * from organization')).toEqual(before[0]);
    expect(await query('select * from api_key')).toEqual(before[1]);
    expect(await auditEvents(query)).toEqual(events);
  });

  it('says that the ranges leave the caller out, and counts beyond the hundred that it lists', async () => {
    expect(await preview({ allowedIps: ['10.0.0.0/8'] })).toMatchObject({ excludesYou: true });
    expect(await preview({ allowedIps: ['127.0.0.1'] })).toMatchObject({ excludesYou: false });
    await query(
      `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at)
       select 'key_' || lpad(n::text, 20, '0'), organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at
       from (select * from api_key limit 1) k, generate_series(1, 120) n`,
    );
    const shown = await preview({ keyLifetimeDaysMax: 10 });
    expect([shown.keysCount, shown.keys.length]).toEqual([KEYS + 120, 100]);
    await query(`delete from api_key where id like 'key_00000%'`);
  });
});

const days = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.double({ min: 0, max: 40, noNaN: true }));
const ranges = fc.oneof(fc.constant([]), fc.subarray(RANGES));
const key = fc.record({
  status: fc.constantFrom('active', 'active', 'active', 'disabled', 'revoked'),
  madeAgo: days,
  expiresIn: fc.option(fc.double({ min: -5, max: 40, noNaN: true })),
  usedAgo: fc.option(days),
  enabledAgo: fc.option(days, { freq: 1 }),
  ranges,
});
const settings = fc.record(
  {
    keyLifetimeDaysMax: fc.option(fc.integer({ min: 1, max: 40 })),
    allowedIps: ranges.map((list) => (list.length > 0 ? ['127.0.0.0/8', ...list] : [])),
    twoFactorRequired: fc.boolean(),
    sessionHoursMax: fc.constantFrom(1, 24, 168, 720),
  },
  { requiredKeys: [] },
);
const unused = fc.option(fc.integer({ min: 1, max: 40 }));
const person = fc.record({
  secondFactor: fc.boolean(),
  signedInHoursAgo: fc.constantFrom(0, 2, 30),
});

describe('what the preview says', () => {
  it('is what saving does', async () => {
    const seen = new Set<SecurityEffect>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: KEYS, maxLength: KEYS }),
        person,
        settings,
        fc.record({ settings, keyUnusedDaysMax: unused }),
        async (rows, mona, before, after) => {
          await arrange(rows, mona);
          expect((await owner.patch('/v1/security', before)).status).toBe(200);
          const body = { ...after.settings, keyUnusedDaysMax: after.keyUnusedDaysMax };
          const shown = await preview(body);
          const then = await observe();
          expect((await owner.patch('/v1/security', body)).status).toBe(200);
          const now = await observe();
          const disabled = await runJob();
          const effects = expectedEffects(then, now, disabled);
          expect(effectsById(shown.keys)).toEqual(effects);
          expect(shown.keysCount).toBe(effects.size);
          const touched = memberEffects(then.mona, now.mona);
          const said = shown.members.flatMap((each) => each.effects);
          // A session that ends is answered so before a second factor is asked for.
          expect(said.filter((each) => touched !== 'session_ends' || each === touched)).toEqual(
            touched ? [touched] : [],
          );
          for (const each of [...effects.values()].flat()) seen.add(each);
          for (const each of said) seen.add(each);
          expect((await preview({})).keysCount).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
    expect(seen.size).toBe(6);
  }, 120_000);
});

const ago = (dayCount: number) => new Date(now.getTime() - dayCount * DAY_MS);

async function arrange(
  rows: readonly (typeof key extends fc.Arbitrary<infer K> ? K : never)[],
  mona: { secondFactor: boolean; signedInHoursAgo: number },
): Promise<void> {
  await query(
    `update organization set key_lifetime_days_max = null, key_unused_days_max = null,
     allowed_ips = '{}', two_factor_required = false, session_hours_max = 720`,
  );
  for (const [position, row] of rows.entries()) {
    await query(
      `update api_key set status = $2, created_at = $3, expires_at = $4, last_used_at = $5,
       enabled_at = $6, allowed_ips = $7 where id = $1`,
      [
        keys[position]?.id,
        row.status,
        ago(row.madeAgo),
        row.expiresIn === null ? null : ago(-row.expiresIn),
        row.usedAgo === null ? null : ago(row.usedAgo),
        row.enabledAgo === null ? null : ago(row.enabledAgo),
        row.ranges,
      ],
    );
  }
  await query(
    `update session set created_at = $1 where user_id = (select id from "user" where email = $2)`,
    [ago(mona.signedInHoursAgo / 24), member.email],
  );
  await query('update "user" set two_factor_enabled = $1 where email = $2', [
    mona.secondFactor,
    member.email,
  ]);
  await app.services.keys.reload();
  // The row was written behind the server's back: this makes it hear of the open ranges.
  await owner.patch('/v1/security', {});
}

interface Observed {
  readonly expiries: ReadonlyMap<string, Date | null>;
  /** Whether the key is taken from somewhere, and what it is answered elsewhere. */
  readonly codes: ReadonlyMap<string, readonly string[]>;
  readonly mona: string;
}

async function observe(): Promise<Observed> {
  const rows = await query<{ id: string; expires_at: Date | null }>(
    'select id, expires_at from api_key',
  );
  const codes = await Promise.all(
    keys.map(async ({ id, secret }) => {
      const answers = ADDRESSES.map((ip) =>
        owner.post<{ code: string }>('/v1/api-keys/verify', { key: secret, ip }),
      );
      return [id, (await Promise.all(answers)).map(({ body }) => body.code)] as const;
    }),
  );
  const { status, problem } = await member.client.get('/v1/members');
  return {
    expiries: new Map(rows.map((row) => [row.id, row.expires_at])),
    codes: new Map(codes),
    mona: status === 200 ? 'let in' : problem.code,
  };
}

async function runJob(): Promise<Set<string>> {
  const active = `select id from api_key where status = 'active'`;
  const before = await query<{ id: string }>(active);
  await disableUnusedKeys({ ...app.services, clock: () => nextUnusedRun(now) });
  const after = new Set((await query<{ id: string }>(active)).map((row) => row.id));
  return new Set(before.map((row) => row.id).filter((id) => !after.has(id)));
}

function expectedEffects(then: Observed, after: Observed, disabled: ReadonlySet<string>) {
  const effects = new Map<string, SecurityEffect[]>();
  for (const { id } of keys) {
    const list: SecurityEffect[] = [];
    const expiresAt = after.expiries.get(id) ?? null;
    if (expiresAt?.getTime() !== then.expiries.get(id)?.getTime()) {
      list.push(expiresAt && expiresAt <= now ? 'expires_now' : 'expires_sooner');
    }
    if (disabled.has(id)) list.push('disabled_by_next_job');
    const [codesThen = [], codes = []] = [then.codes.get(id), after.codes.get(id)];
    const refusedNow = codes.every((code) => code === 'ip_not_allowed');
    if (refusedNow && codesThen.includes('valid')) list.push('address_refused');
    if (list.length > 0) effects.set(id, list);
  }
  return effects;
}

function effectsById(list: Preview['keys']): Map<string, SecurityEffect[]> {
  return new Map(list.map(({ id, effects }) => [id, effects]));
}

function memberEffects(then: string, after: string): SecurityEffect | undefined {
  if (then === after) return undefined;
  if (after === 'unauthenticated') return 'session_ends';
  return after === 'two_factor_required' ? 'needs_second_factor' : undefined;
}
