import type { Gateway } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { readGateway } from './gateway-view.ts';

/** @throws DomainError not_found */
export function getGateway(ctx: Ctx, { params }: { params: { id: string } }): Promise<Gateway> {
  return readGateway(ctx.services.db, ctx, params.id);
}
