import { eq } from 'drizzle-orm';
import { apiKey } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { forgetAnswer } from '../../kernel/idempotent.ts';
import { write } from '../../kernel/write.ts';
import { keyFacts } from './key-view.ts';
import { lockKey } from './lock-key.ts';

/** Removes the record and its hashes; the audit log and the counts remain. @throws DomainError */
export function deleteKey(ctx: Ctx, { params }: { params: { id: string } }): Promise<undefined> {
  const spec = { scope: 'api_keys.revoke', action: 'api_key.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockKey(tx, confirmed, params.id);
    await tx.delete(apiKey).where(eq(apiKey.id, row.id));
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'api_key', id: row.id, name: row.name },
      before: keyFacts(row),
      after: null,
      changes: [{ kind: 'key', subjectId: row.id, workspaceId: row.workspaceId }],
    };
  });
}
