import type { SecurityEffect } from '@tollkeeper/contract';
import { decide } from '@tollkeeper/verify';
import { disableUnusedKeys } from '../../jobs/disable-unused-keys.ts';
import { type Joined, join } from '../../testing/join.ts';
import {
  makeKey,
  startOrganization,
  type TestKey,
  type TestOrganization,
} from '../../testing/start-organization.ts';
import { nextUnusedRun } from '../api-keys/index.ts';

const DAY_MS = 86_400_000;
/** One in each of the ranges below, and where the tests themselves come from. */
const ADDRESSES = ['127.0.0.1', '10.1.0.1', '10.2.0.1', '192.0.2.1'];
export const RANGES = ['10.0.0.0/8', '10.1.0.0/16', '10.2.0.0/16', '192.0.2.0/24'];

/** An organization with keys and members for settings to touch, at a moment that stands still. */
export interface Scene extends TestOrganization {
  readonly now: Date;
  /** Has a second factor, and a session of some age. */
  readonly mona: Joined;
  /** Has a new session, and a second factor or none. */
  readonly nora: Joined;
  readonly keys: readonly TestKey[];
}

export async function startScene(keysCount: number): Promise<Scene> {
  const now = new Date();
  const organization = await startOrganization({ clock: () => now });
  const { app, owner, query } = organization;
  const mona = await join(app, owner, 'Mona', 'role_admin');
  const nora = await join(app, owner, 'Nora', 'role_admin');
  await query('update "user" set two_factor_enabled = true where email <> $1', [nora.email]);
  await query(`update session set factors = '{password,totp}'`);
  const keys = await Promise.all(Array.from({ length: keysCount }, () => makeKey(app, owner)));
  return { ...organization, now, mona, nora, keys };
}

/** Times in days before now. */
export interface KeyRow {
  readonly status: string;
  readonly madeAgo: number;
  readonly expiresAgo: number | null;
  readonly usedAgo: number | null;
  readonly enabledAgo: number | null;
  readonly ranges: readonly string[];
}

/** Opens all settings, and writes what keys and members are. */
export async function arrange(
  { app, query, now, keys, mona, nora }: Scene,
  rows: readonly KeyRow[],
  { noraIsSafe, monaHoursAgo }: { noraIsSafe: boolean; monaHoursAgo: number },
): Promise<void> {
  const ago = (days: number | null) =>
    days === null ? null : new Date(now.getTime() - days * DAY_MS);
  await query(
    `update organization set key_lifetime_days_max = null, key_unused_days_max = null,
     allowed_ips = '{}', two_factor_required = false, session_hours_max = 720`,
  );
  for (const [position, { status, ranges, ...row }] of rows.entries()) {
    const times = [row.madeAgo, row.expiresAgo, row.usedAgo, row.enabledAgo];
    await query(
      `update api_key set status = $2, allowed_ips = $3, created_at = $4, expires_at = $5,
       requested_expires_at = $5,
       last_used_at = $6, enabled_at = $7 where id = $1`,
      // What a disabled key is answered elsewhere cannot be seen.
      [keys[position]?.id, status, status === 'disabled' ? [] : ranges, ...times.map(ago)],
    );
  }
  await query(
    `update session set signed_in_at = $1 where user_id = (select id from "user" where email = $2)`,
    [ago(monaHoursAgo / 24), mona.email],
  );
  await query('update "user" set two_factor_enabled = $1 where email = $2', [
    noraIsSafe,
    nora.email,
  ]);
  await query(
    `update session set factors = $1 where user_id = (select id from "user" where email = $2)`,
    [noraIsSafe ? ['passkey'] : ['password'], nora.email],
  );
  await app.services.keys.reload();
}

export interface Observed {
  readonly expiries: ReadonlyMap<string, Date | null>;
  /** What each key is answered from each of the addresses. */
  readonly codes: ReadonlyMap<string, readonly string[]>;
  readonly monaIsIn: boolean;
  readonly noraIsIn: boolean;
}

export async function observe({ app, query, now, keys, mona, nora }: Scene): Promise<Observed> {
  const rows = await query<{ id: string; expires_at: Date | null }>(
    'select id, expires_at from api_key',
  );
  const index = app.services.keys.index();
  return {
    expiries: new Map(rows.map((row) => [row.id, row.expires_at])),
    codes: new Map(
      keys.map(({ id, secret }) => [
        id,
        ADDRESSES.map((ip) => decide(index, { secret, ip }, now.getTime()).code),
      ]),
    ),
    monaIsIn: (await mona.client.get('/v1/members')).status === 200,
    noraIsIn: (await nora.client.get('/v1/members')).status === 200,
  };
}

/** Runs the daily job when it next would. @returns the keys that it disabled */
export async function runJob({ app, query, now }: Scene): Promise<Set<string>> {
  const active = `select id from api_key where status = 'active'`;
  const before = await query<{ id: string }>(active);
  await disableUnusedKeys({ ...app.services, clock: () => nextUnusedRun(now) });
  const after = new Set((await query<{ id: string }>(active)).map((row) => row.id));
  return new Set(before.map((row) => row.id).filter((id) => !after.has(id)));
}

/** What happened between the two, by the id of the key or member. */
export function observedEffects(
  { keys, now, mona, nora }: Scene,
  then: Observed,
  after: Observed,
  disabled: ReadonlySet<string>,
) {
  const effects = new Map<string, SecurityEffect[]>();
  for (const { id } of keys) {
    const expiresAt = after.expiries.get(id) ?? null;
    const move = moveOf(then.expiries.get(id) ?? null, expiresAt, now);
    const refused = after.codes.get(id)?.every((code) => code === 'ip_not_allowed');
    effects.set(id, [
      ...(move ? [move] : []),
      ...(disabled.has(id) ? ['disabled_by_next_job' as const] : []),
      ...(refused && then.codes.get(id)?.includes('valid') ? ['address_refused' as const] : []),
    ]);
  }
  effects.set(mona.memberId, then.monaIsIn && !after.monaIsIn ? ['session_ends'] : []);
  effects.set(nora.memberId, then.noraIsIn && !after.noraIsIn ? ['needs_second_factor'] : []);
  return new Map([...effects].filter(([, list]) => list.length > 0));
}

function moveOf(before: Date | null, after: Date | null, now: Date): SecurityEffect | undefined {
  const [from, to] = [before, after].map((each) => each?.getTime() ?? Number.POSITIVE_INFINITY);
  if (from === undefined || to === undefined || from === to) return undefined;
  if (to <= now.getTime()) return 'expires_now';
  if (from <= now.getTime()) return 'works_again';
  return to < from ? 'expires_sooner' : 'expires_later';
}
