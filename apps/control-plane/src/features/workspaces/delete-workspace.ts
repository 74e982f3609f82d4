import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, workspace } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError, invalidField } from '../../kernel/domain-error.ts';
import { requireWholeOrganization } from '../../kernel/require-whole-organization.ts';
import { write } from '../../kernel/write.ts';
import { lockWorkspace } from './lock-workspace.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: { readonly name?: string | undefined };
}

/**
 * Deletes an empty workspace, or one with all its keys after its name was typed again.
 * @throws DomainError not_found, validation_failed, invalid_state
 */
export function deleteWorkspace(ctx: Ctx, { params, body }: Input): Promise<undefined> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'workspaces.manage', action: 'workspace.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    await requireAnother(tx, confirmed, params.id);
    const row = await lockWorkspace(tx, confirmed, params.id);
    if (body.name !== undefined && body.name !== row.name) {
      throw invalidField('name', `must be the name of the workspace, "${row.name}"`);
    }
    const keys = await tx
      .select({ id: apiKey.id, name: apiKey.name })
      .from(apiKey)
      .where(eq(apiKey.workspaceId, row.id))
      .orderBy(apiKey.id)
      .for('update');
    if (keys.length > 0 && body.name === undefined) throw notEmpty(row.name, keys.length);
    await tx.delete(apiKey).where(eq(apiKey.workspaceId, row.id));
    await tx.delete(workspace).where(eq(workspace.id, row.id));
    return {
      result: undefined,
      target: { type: 'workspace', id: row.id, name: row.name },
      before: { name: row.name, environment: row.environment, keys },
      after: null,
      changes: keys.map((key) => ({ kind: 'key', subjectId: key.id, workspaceId: row.id })),
    };
  });
}

/** Locks them all, in order: of two last workspaces deleted at once, one stays. */
async function requireAnother(tx: Transaction, ctx: Ctx, id: string): Promise<void> {
  const rows = await tx
    .select({ id: workspace.id })
    .from(workspace)
    .where(eq(workspace.organizationId, ctx.organizationId))
    .orderBy(workspace.id)
    .for('update');
  if (rows.length !== 1 || rows[0]?.id !== id) return;
  throw new DomainError(
    'invalid_state',
    'Cannot delete the only workspace of the organization. Create another one first.',
  );
}

function notEmpty(name: string, count: number): DomainError {
  return new DomainError(
    'invalid_state',
    `Cannot delete the workspace "${name}": it holds ${count} ${count === 1 ? 'key' : 'keys'}. Delete them, or type its name to delete them with it.`,
  );
}
