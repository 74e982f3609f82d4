import { callingKeyId } from '../../access/creating-key.ts';
import type { Ctx } from '../../context.ts';
import { changeStatus, type Next, refuseStatus, type StatusChange } from './change-status.ts';
import { isDisabledByOwner } from './disabled-by.ts';
import type { KeyRow } from './lock-key.ts';

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
