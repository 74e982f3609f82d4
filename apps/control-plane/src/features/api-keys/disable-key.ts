import type { Ctx } from '../../kernel/context.ts';
import { changeStatus, refuseStatus } from './change-status.ts';

/** From the moment this resolves, the key is refused everywhere. @throws DomainError */
export function disableKey(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'api_key.disable', (row) =>
    row.status === 'active' ? { status: 'disabled' } : refuseStatus('disable', row),
  );
}
