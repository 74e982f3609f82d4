import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';
import { gatewayFacts } from '../../write/created-facts.ts';
import { write } from '../../write/write.ts';
import { lockGateway } from './list-gateways.ts';

/** Ends its credential, and notifies the process that it is connected to. @throws DomainError */
export function deleteGateway(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<undefined> {
  const spec = { scope: 'fleet.manage', action: 'gateway.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockGateway(tx, confirmed, params.id);
    await tx.delete(gateway).where(eq(gateway.id, row.id));
    return {
      result: undefined,
      target: { type: 'gateway', id: row.id, name: row.name },
      before: gatewayFacts(row),
      after: null,
      changes: [{ kind: 'gateway', subjectId: row.id }],
    };
  });
}
