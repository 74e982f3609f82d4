import type { AuditAction, Policy, PolicyStatus } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { policy } from '../../db/schema/index.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { lockPolicy, readPolicy } from './policy-view.ts';
import { changeOf } from './save-policy.ts';

interface Input {
  readonly params: { readonly id: string };
}

/** @throws DomainError not_found, outside_workspace */
export function enablePolicy(ctx: Ctx, { params }: Input): Promise<Policy> {
  return setStatus(ctx, params.id, 'enabled', 'policy.enable');
}

/** @throws DomainError not_found, outside_workspace */
export function disablePolicy(ctx: Ctx, { params }: Input): Promise<Policy> {
  return setStatus(ctx, params.id, 'disabled', 'policy.disable');
}

function setStatus(
  ctx: Ctx,
  id: string,
  status: PolicyStatus,
  action: AuditAction,
): Promise<Policy> {
  return write<Policy>(ctx, { scope: 'policies.edit', action }, async (tx, confirmed) => {
    const row = await lockPolicy(tx, confirmed, id);
    if (row.status !== status) {
      const set = { status, updatedAt: ctx.services.clock() };
      await tx.update(policy).set(set).where(eq(policy.id, row.id));
    }
    return unlessUnchanged({
      result: await readPolicy(tx, confirmed, row.id),
      target: { type: 'policy', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: { status: row.status },
      after: { status },
      changes: [changeOf(row)],
    });
  });
}
