import type { Ctx } from '../../kernel/context.ts';
import { changeStatus, refuseStatus } from './change-status.ts';

/** Not being used counts anew from here. @throws DomainError not_found, invalid_state */
export function enableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.enable', (row, now) =>
    row.status === 'disabled' ? { status: 'active', enabledAt: now } : refuseStatus('enable', row),
  );
}
