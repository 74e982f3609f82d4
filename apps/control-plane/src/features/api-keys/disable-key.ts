import { callingKeyId } from '../../access/creator.ts';
import { holds, requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { requireMayGrant } from './ceiling.ts';
import { changeStatus, type Next, refuseStatus, type StatusChange } from './change-status.ts';
import type { KeyRow } from './lock-key.ts';
import { recordEdit } from './record-influence.ts';

/**
 * From the moment this resolves, the key is refused everywhere. What its owner disabled, an admin
 * can disable as well: from then on the owner alone cannot enable it.
 * @throws DomainError not_found, invalid_state
 */
export function disableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.disable', disabled);
}

/** What disabling sets. @throws DomainError invalid_state */
export function disabled(row: KeyRow, { ctx, now }: StatusChange): Next {
  const { memberId } = ctx.actor;
  const takesOver = isDisabledByOwner(row) && memberId !== row.memberId;
  if (row.status !== 'active' && !takesOver) refuseStatus('disable', row);
  const disabledBy = { type: 'member', memberId, keyId: callingKeyId(ctx) } as const;
  return { status: 'disabled', disabledAt: now, disabledBy };
}

/**
 * Anyone who enables a key hands it out once more, so this needs what creating it would need. The
 * time without use is counted anew from here.
 * @throws DomainError not_found, invalid_state, insufficient_scope, scope_not_held, ceiling_exceeded,
 * recent_sign_in_required
 */
export function enableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.enable', enabled);
}

/** What enabling sets. @throws DomainError as `enableKey` does */
export async function enabled(row: KeyRow, { tx, ctx, now }: StatusChange): Promise<Next> {
  if (row.status !== 'disabled') refuseStatus('enable', row);
  requireScope(ctx, 'api_keys.create');
  requireMayEnable(ctx, row);
  await requireMayGrant(tx, ctx, row);
  await recordEdit(tx, ctx, [row], now);
  return { status: 'active', enabledAt: now, disabledAt: null, disabledBy: null };
}

/** Whether the owner alone can enable the key again. */
export function isDisabledByOwner({ status, disabledBy, memberId }: KeyRow): boolean {
  return status === 'disabled' && disabledBy?.type === 'member' && disabledBy.memberId === memberId;
}

/**
 * A key that an admin or a job disabled is enabled by an admin: else its owner would undo at once
 * what was done about it.
 * @throws DomainError insufficient_scope
 */
function requireMayEnable(ctx: Ctx, row: KeyRow): void {
  if (isDisabledByOwner(row) || holds(ctx.scopes, 'api_keys.manage_all')) return;
  const who = row.disabledBy?.type === 'job' ? 'a job' : 'somebody other than its owner';
  throw new DomainError(
    'insufficient_scope',
    `Cannot enable the key "${row.name}": ${who} disabled it. Ask someone who holds the scope "api_keys.manage_all".`,
    { scopes: ['api_keys.manage_all'] },
  );
}
