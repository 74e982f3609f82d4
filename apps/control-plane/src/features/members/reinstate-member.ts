import type { Ctx } from '../../context.ts';
import { changeStatus } from './change-status.ts';

/** The member's sessions and keys work again, as far as their role goes now. @throws DomainError */
export function reinstateMember(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'reinstate');
}
