import type { Gateway, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';
import { gatewayFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { gatewayEtag, lockGateway, readGateway } from './list-gateways.ts';

type Body = RouteInput<Routes['updateGateway']>['body'];

/** @throws DomainError not_found, edit_conflict */
export function updateGateway(
  ctx: Ctx,
  { params, body }: { params: { id: string }; body: Body },
): Promise<Gateway> {
  const spec = { scope: 'fleet.manage', action: 'gateway.update' } as const;
  return write<Gateway>(ctx, spec, async (tx, confirmed) => {
    const row = await lockGateway(tx, confirmed, params.id);
    const { name = row.name, labels = row.labels, draining = row.draining } = body;
    const next = { name, labels, draining };
    requireUnedited(`gateway "${row.name}"`, body.etag, gatewayEtag(row), gatewayEtag(next));
    await tx.update(gateway).set(next).where(eq(gateway.id, row.id));
    return unlessUnchanged({
      result: await readGateway(tx, confirmed, row.id),
      target: { type: 'gateway', id: row.id, name, workspaceId: row.workspaceId },
      before: gatewayFacts(row),
      after: gatewayFacts({ ...row, ...next }),
      changes: [{ kind: 'gateway', subjectId: row.id }],
    });
  });
}

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
      target: { type: 'gateway', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: gatewayFacts(row),
      after: null,
      changes: [{ kind: 'gateway', subjectId: row.id }],
    };
  });
}
