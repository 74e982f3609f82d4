import type { AuditAction, Leak, LeakStatus } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { leak } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { callerMayVouch } from '../../lineage/caller-may-vouch.ts';
import { write } from '../../write/write.ts';
import { readLeak, visibleLeaks } from './leak-view.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: { readonly note?: string | undefined };
}

/** @throws DomainError not_found, invalid_state */
export function resolveLeak(ctx: Ctx, input: Input): Promise<Leak> {
  return closeLeak(ctx, input, 'resolved', 'leak.resolve');
}

/** @throws DomainError not_found, invalid_state */
export function dismissLeak(ctx: Ctx, input: Input): Promise<Leak> {
  return closeLeak(ctx, input, 'dismissed', 'leak.dismiss');
}

function closeLeak(
  ctx: Ctx,
  { params: { id }, body }: Input,
  status: Exclude<LeakStatus, 'open'>,
  action: AuditAction,
): Promise<Leak> {
  return write(ctx, { scope: 'integrations.manage', action }, async (tx, confirmed) => {
    const [row] = await tx
      .select()
      .from(leak)
      .where(and(visibleLeaks(confirmed), eq(leak.id, id)))
      .for('update');
    if (!row) throw notFound('leak', id);
    const mayClose = await callerMayVouch(tx, confirmed);
    if (!mayClose(row.keyId)) {
      throw new DomainError(
        'invalid_state',
        `Cannot close the report "${id}": a key closes none about itself, nor about one that it came from. Use another credential.`,
      );
    }
    if (row.status === status) {
      throw new DomainError(
        'invalid_state',
        `Cannot close the report "${id}": it is ${row.status} already.`,
      );
    }
    const note = body.note ?? null;
    const closed = { status, note, closedAt: ctx.services.clock(), closedBy: ctx.actor.memberId };
    await tx
      .update(leak)
      .set(closed)
      .where(and(eq(leak.organizationId, confirmed.organizationId), eq(leak.id, id)));
    const { keyId, keyName, workspaceId } = row;
    return {
      result: await readLeak(tx, confirmed, id),
      target: { type: 'api_key', id: keyId, name: keyName, workspaceId },
      before: { leakId: id, status: row.status, note: row.note },
      after: { leakId: id, status, note },
      changes: [],
    };
  });
}
