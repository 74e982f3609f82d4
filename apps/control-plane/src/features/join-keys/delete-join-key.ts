import { and, eq } from 'drizzle-orm';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { joinKey } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { joinKeyFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';

/** From the moment this resolves, nobody joins with it. @throws DomainError not_found */
export function deleteJoinKey(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<undefined> {
  const spec = { scope: 'fleet.manage', action: 'join_key.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const [row] = await tx
      .delete(joinKey)
      .where(and(visibleFleet(confirmed, joinKey), eq(joinKey.id, params.id)))
      .returning();
    if (!row) throw notFound('join key', params.id);
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'join_key', id: row.id, name: row.name },
      before: joinKeyFacts(row),
      after: null,
      changes: [],
    };
  });
}
