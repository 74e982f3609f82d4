import { isScope, type KeyStatus, type Scope } from '@tollkeeper/contract';
import { intersect, scopeSet } from '@tollkeeper/verify';
import type { Transaction } from '../db/connect.ts';
import { belongsTo, defineLockedRead } from '../db/statement.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './domain-error.ts';
import { roleScopes } from './role-scopes.ts';

const OWNER = `
  member.status as "ownerStatus", member.role_id as "roleId", role.scopes as "customScopes"`;
const ROLE = `
  left join role on role.id = member.role_id and role.organization_id = member.organization_id`;

interface OwnerRow {
  readonly ownerStatus: 'active' | 'suspended' | 'removed';
  readonly roleId: string;
  readonly customScopes: Scope[] | null;
}

interface KeyRow extends OwnerRow {
  readonly status: KeyStatus;
  readonly scopes: Scope[];
  readonly expiresAt: Date | null;
}

interface MemberRow extends OwnerRow {
  readonly isSignedIn: boolean;
}

const selectMember = defineLockedRead<
  MemberRow,
  [organizationId: string, memberId: string, sessionId: string]
>(
  'confirm-member',
  `select ${OWNER},
    exists (select from session where session.id = $3 and session.user_id = member.user_id)
      as "isSignedIn"
  from member ${ROLE}
  where member.id = $2 and ${belongsTo('member', '$1')}
  for share of member`,
);

const selectKey = defineLockedRead<
  KeyRow,
  [organizationId: string, memberId: string, keyId: string]
>(
  'confirm-key',
  `select ${OWNER}, api_key.status, api_key.scopes, api_key.expires_at as "expiresAt"
  from api_key join member on member.id = $2 ${ROLE}
  where api_key.id = $3 and ${belongsTo('api_key', '$1')} and ${belongsTo('member', '$1')}
  for share of member, api_key`,
);

/**
 * The same context with what the caller holds inside this transaction. A request that was admitted
 * before its key was disabled or its member suspended must not change anything after: the rows
 * are read under a share lock, so the two cannot pass each other. What is not locked, a custom role
 * and the session, changes only under the lock of the chain's end, which the transaction holds before.
 * @throws DomainError when the caller may no longer act
 */
export async function confirmActor(tx: Transaction, ctx: Ctx): Promise<Ctx> {
  const { organizationId, actor } = ctx;
  if (actor.type === 'member') {
    const { memberId, session } = actor;
    const [owner] = await selectMember(tx, [organizationId, memberId, session.id]);
    if (owner?.ownerStatus !== 'active') throw inactive(ctx);
    if (!owner.isSignedIn) {
      throw new DomainError('unauthenticated', 'Your session has ended. Sign in again.');
    }
    return { ...ctx, scopes: roleScopes(owner) };
  }
  const [key] = await selectKey(tx, [organizationId, actor.memberId, actor.keyId]);
  if (!key) throw refusal('invalid_key', 'was deleted');
  if (key.ownerStatus !== 'active') throw inactive(ctx);
  if (key.status === 'revoked') throw refusal('revoked', 'was revoked');
  if (key.status === 'disabled') throw refusal('disabled', 'was disabled');
  if (key.expiresAt && key.expiresAt <= ctx.services.clock()) throw refusal('expired', 'expired');
  return { ...ctx, scopes: intersect(roleScopes(key), scopeSet(key.scopes.filter(isScope))) };
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
