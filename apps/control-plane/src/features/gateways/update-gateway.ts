import type { Gateway, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';
import { gatewayFacts } from '../../write/created-facts.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { lockGateway, readGateway } from './gateway-view.ts';

type Body = RouteInput<Routes['updateGateway']>['body'];

/** @throws DomainError not_found */
export function updateGateway(
  ctx: Ctx,
  { params, body }: { params: { id: string }; body: Body },
): Promise<Gateway> {
  const spec = { scope: 'fleet.manage', action: 'gateway.update' } as const;
  return write<Gateway>(ctx, spec, async (tx, confirmed) => {
    const row = await lockGateway(tx, confirmed, params.id);
    const { name = row.name, labels = row.labels, draining = row.draining } = body;
    await tx.update(gateway).set({ name, labels, draining }).where(eq(gateway.id, row.id));
    return unlessUnchanged({
      result: await readGateway(tx, confirmed, row.id),
      target: { type: 'gateway', id: row.id, name },
      before: gatewayFacts(row),
      after: gatewayFacts({ ...row, name, labels, draining }),
      changes: [{ kind: 'gateway', subjectId: row.id }],
    });
  });
}
