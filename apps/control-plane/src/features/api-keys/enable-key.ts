import type { Ctx } from '../../kernel/context.ts';
import { requireScope } from '../../kernel/require-scope.ts';
import { requireMayGrant } from './ceiling.ts';
import { changeStatus, refuseStatus } from './change-status.ts';
import { requireMayEnable } from './disabled-by.ts';

/**
 * Whoever enables a key hands it out once more, so this needs what creating it would need. Not
 * being used counts anew from here.
 * @throws DomainError not_found, invalid_state, insufficient_scope, scope_not_held, ceiling_exceeded,
 * recent_sign_in_required
 */
export function enableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(
    ctx,
    params.id,
    'api_key.enable',
    async (row, { tx, ctx: confirmed, now }) => {
      if (row.status !== 'disabled') refuseStatus('enable', row);
      requireScope(confirmed, 'api_keys.create');
      requireMayEnable(confirmed, row);
      await requireMayGrant(tx, confirmed, row);
      return { status: 'active', enabledAt: now, disabledAt: null, disabledBy: null };
    },
  );
}
