import type { Ctx } from '../../context.ts';
import { changeStatus } from './change-status.ts';

/** From the moment this resolves, the member's sessions and keys are refused. @throws DomainError */
export function suspendMember(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'suspend');
}
