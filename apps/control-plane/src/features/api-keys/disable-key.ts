import type { Ctx } from '../../kernel/context.ts';
import { callingKeyId } from '../../kernel/creating-key.ts';
import { changeStatus, refuseStatus } from './change-status.ts';
import { isDisabledByOwner } from './disabled-by.ts';

/**
 * From the moment this resolves, the key is refused everywhere. What its owner disabled, an admin
 * can disable as well: from then on the owner alone cannot enable it.
 * @throws DomainError not_found, invalid_state
 */
export function disableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.disable', (row, { now }) => {
    const takesOver = isDisabledByOwner(row) && ctx.actor.memberId !== row.memberId;
    if (row.status !== 'active' && !takesOver) refuseStatus('disable', row);
    const { memberId } = ctx.actor;
    const disabledBy = { type: 'member', memberId, keyId: callingKeyId(ctx) } as const;
    return { status: 'disabled', disabledAt: now, disabledBy };
  });
}
