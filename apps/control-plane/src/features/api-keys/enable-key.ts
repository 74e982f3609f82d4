import { requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { requireMayGrant } from './ceiling.ts';
import { changeStatus, type Next, refuseStatus, type StatusChange } from './change-status.ts';
import { requireMayEnable } from './disabled-by.ts';
import type { KeyRow } from './lock-key.ts';
import { recordEdit } from './record-influence.ts';

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
