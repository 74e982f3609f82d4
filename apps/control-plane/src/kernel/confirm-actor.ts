import { isScope } from '@tollkeeper/contract';
import { intersect, scopeSet } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { apiKey, member, role } from '../db/schema/index.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './domain-error.ts';
import { customRole, heldRoleColumns, roleScopes } from './role-scopes.ts';

/**
 * The same context with what the caller holds inside this transaction. A request that was let in
 * before its key was disabled or its member suspended must not change anything after: the rows
 * are read under a share lock, so the two cannot pass each other.
 * @throws DomainError when the caller may no longer act
 */
export async function confirmActor(tx: Transaction, ctx: Ctx): Promise<Ctx> {
  const [owner] = await tx
    .select({ ...heldRoleColumns, status: member.status })
    .from(member)
    .leftJoin(role, customRole)
    .where(and(eq(member.organizationId, ctx.organizationId), eq(member.id, ctx.actor.memberId)))
    .for('share', { of: member });
  if (owner?.status !== 'active') throw inactive(ctx);
  const held = roleScopes(owner);
  if (ctx.actor.type === 'member') return { ...ctx, scopes: held };
  const [key] = await tx
    .select({ status: apiKey.status, scopes: apiKey.scopes, expiresAt: apiKey.expiresAt })
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, ctx.organizationId), eq(apiKey.id, ctx.actor.keyId)))
    .for('share');
  if (!key) throw refusal('invalid_key', 'was deleted');
  if (key.status === 'revoked') throw refusal('revoked', 'was revoked');
  if (key.status === 'disabled') throw refusal('disabled', 'was disabled');
  if (key.expiresAt && key.expiresAt <= ctx.services.clock()) throw refusal('expired', 'expired');
  return { ...ctx, scopes: intersect(held, scopeSet(key.scopes.filter(isScope))) };
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
