import type { Ctx } from '../../kernel/context.ts';
import { changeStatus, refuseStatus } from './change-status.ts';

/** @throws DomainError not_found, invalid_state */
export function enableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.enable', (row) =>
    row.status === 'disabled' ? { status: 'active' } : refuseStatus('enable', row),
  );
}
