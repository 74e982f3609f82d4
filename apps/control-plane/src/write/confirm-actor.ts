import { isScope, type KeyStatus, OWNER_ROLE_ID, type Scope } from '@tollkeeper/contract';
import { intersect, scopeSet } from '@tollkeeper/verify';
import { roleScopes } from '../access/role-scopes.ts';
import { withRecord } from '../access/scope-record.ts';
import type { Ctx } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { belongsTo, defineLockedRead, type Statement } from '../db/statement.ts';
import { DomainError } from '../domain-error.ts';
import { CASCADE_STAMP, isKnownOutside, StandingNotKnown } from '../lineage/standing.ts';

const OWNER = `
  member.status as "ownerStatus", member.role_id as "roleId", role.scopes as "customScopes",
  array(select ${CASCADE_STAMP} from running_cascade
    where running_cascade.organization_id = $1) as "cascadeStamps"`;
const ROLE = `
  left join role on role.id = member.role_id and role.organization_id = member.organization_id`;

interface OwnerRow {
  readonly ownerStatus: 'active' | 'suspended' | 'removed';
  readonly roleId: string;
  readonly customScopes: Scope[] | null;
  /** Cascades that are about to end something of the organization, in several transactions. */
  readonly cascadeStamps: readonly string[];
}

interface KeyRow extends OwnerRow {
  readonly status: KeyStatus;
  readonly scopes: Scope[];
  readonly expiresAt: Date | null;
}

interface MemberRow extends OwnerRow {
  readonly isSignedIn: boolean;
}

/** Locks and shows the caller, who is a member in a session or a key, and perhaps facts besides. */
export interface CallerRead<Facts> {
  readonly ofMember: Statement<
    MemberRow & Facts,
    [organizationId: string, memberId: string, sessionId: string]
  >;
  readonly ofKey: Statement<
    KeyRow & Facts,
    [organizationId: string, memberId: string, keyId: string]
  >;
}

interface FurtherRead {
  /** Of `member`, `api_key` (the calling key, which shows nulls in a session) and what is joined. */
  readonly columns: readonly string[];
  /** Joins that find one row each. */
  readonly joins: string;
  readonly locks: string;
}

/** @param further what a verb needs to know besides, as the same statement shows it */
export function defineCallerRead<Facts extends object>(
  name: string,
  { columns, joins, locks }: FurtherRead = { columns: [], joins: '', locks: '' },
): CallerRead<Facts> {
  const memberColumns = [
    OWNER,
    `exists (select from session where session.id = $3 and session.user_id = member.user_id)
      as "isSignedIn"`,
    ...columns,
  ];
  const keyColumns = [
    OWNER,
    'api_key.status',
    'api_key.scopes',
    'api_key.expires_at as "expiresAt"',
    ...columns,
  ];
  return {
    ofMember: defineLockedRead(
      `${name}-by-member`,
      `select ${memberColumns.join(', ')}
      from member ${ROLE} left join api_key on false ${joins}
      where member.id = $2 and ${belongsTo('member', '$1')}
      for share of member ${locks}`,
    ),
    ofKey: defineLockedRead(
      `${name}-by-key`,
      `select ${keyColumns.join(', ')}
      from api_key join member on member.id = $2 ${ROLE} ${joins}
      where api_key.id = $3 and ${belongsTo('api_key', '$1')} and ${belongsTo('member', '$1')}
      for share of member, api_key ${locks}`,
    ),
  };
}

/** Shows the caller alone. */
export const onlyCaller = defineCallerRead<object>('confirm');

/**
 * The same context with what the caller holds inside this transaction. A request that was admitted
 * before its key was disabled or its member suspended must not change anything after: the rows
 * are read under a share lock, so the two cannot pass each other. What is not locked, a custom role,
 * the session and a running cascade, changes only under the lock of the chain's end, which the
 * transaction holds before. What a cascade is about to end may act no more than what has ended.
 * @returns the context, and what the read shows besides
 * @throws DomainError when the caller may no longer act; StandingNotKnown
 */
export async function confirmActor<Facts extends object>(
  tx: Transaction,
  ctx: Ctx,
  read: CallerRead<Facts>,
): Promise<{ readonly confirmed: Ctx; readonly facts: Facts }> {
  const { organizationId, actor } = ctx;
  if (actor.type === 'member') {
    const { memberId, session } = actor;
    const [owner] = await read.ofMember(tx, [organizationId, memberId, session.id]);
    if (owner?.ownerStatus !== 'active') throw inactive(ctx);
    if (!owner.isSignedIn) {
      throw new DomainError('unauthenticated', 'Your session has ended. Sign in again.');
    }
    // No cascade removes the organization's owner, whatever their line is, and however long.
    const mayBeRemoved = owner.roleId !== OWNER_ROLE_ID;
    if (mayBeRemoved) requireOutside(ctx, owner.cascadeStamps, memberId);
    return { confirmed: { ...ctx, scopes: roleScopes(owner) }, facts: owner };
  }
  const [key] = await read.ofKey(tx, [organizationId, actor.memberId, actor.keyId]);
  if (!key) throw refusal('invalid_key', 'was deleted');
  if (key.ownerStatus !== 'active') throw inactive(ctx);
  if (key.status === 'revoked') throw refusal('revoked', 'was revoked');
  if (key.status === 'disabled') throw refusal('disabled', 'was disabled');
  if (key.expiresAt && key.expiresAt <= ctx.services.clock()) throw refusal('expired', 'expired');
  requireOutside(ctx, key.cascadeStamps, actor.keyId);
  const scopes = intersect(roleScopes(key), scopeSet(key.scopes.filter(isScope)));
  return { confirmed: { ...ctx, scopes: withRecord(scopes, ctx.scopes.record) }, facts: key };
}

function requireOutside({ services }: Ctx, stamps: readonly string[], callerId: string): void {
  if (!isKnownOutside(services.db, stamps, callerId)) throw new StandingNotKnown();
}

/** Of a caller of whom it is not known that no running cascade is about to end them. */
export function beingEnded({ actor }: Ctx, standing: 'inside' | 'unknown'): DomainError {
  if (standing === 'unknown') {
    return new DomainError(
      'cascade_undetermined',
      'A key of your organization is being revoked with everything that it created, and too much leads to you to tell whether you are among it. Nothing was changed. Try again when the revocation is over.',
    );
  }
  return actor.type === 'key'
    ? refusal('revoked', 'is being revoked, together with a key from which it descends,')
    : new DomainError(
        'member_suspended',
        'You joined through an API key that is being revoked with everything that came from it, so you can no longer change anything. Ask an admin to invite you again.',
      );
}

function inactive(ctx: Ctx): DomainError {
  return ctx.actor.type === 'key'
    ? refusal('owner_inactive', 'belongs to a member who was suspended or removed')
    : new DomainError('member_suspended', 'Your membership was suspended. Ask an admin.');
}

function refusal(
  code: 'invalid_key' | 'revoked' | 'disabled' | 'expired' | 'owner_inactive',
  why: string,
) {
  return new DomainError(
    code,
    `The API key ${why} while the request was under way. Use another key.`,
  );
}
