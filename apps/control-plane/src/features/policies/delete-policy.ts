import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { policy } from '../../db/schema/index.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { editableOf, lockPolicy } from './policy-view.ts';
import { changeOf } from './save-policy.ts';

interface Input {
  readonly params: { readonly id: string };
}

/** @throws DomainError not_found, outside_workspace */
export function deletePolicy(ctx: Ctx, { params }: Input): Promise<undefined> {
  const spec = { scope: 'policies.delete', action: 'policy.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockPolicy(tx, confirmed, params.id);
    await tx.delete(policy).where(eq(policy.id, row.id));
    await forgetAnswer(tx, confirmed.organizationId, row.id);
    const { workspaceId, status, version } = row;
    return {
      result: undefined,
      target: { type: 'policy', id: row.id, name: row.name, workspaceId },
      before: { workspaceId, status, version, ...editableOf(row) },
      after: null,
      changes: [changeOf(row)],
    };
  });
}
