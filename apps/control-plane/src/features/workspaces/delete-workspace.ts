import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, policy, workspace } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { deleteFleet } from '../../fleet/delete-fleet.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { lockWorkspace } from './list-workspaces.ts';

type Contents = Readonly<Record<'keys' | 'gateways' | 'joinKeys', readonly unknown[]>>;

interface Input {
  readonly params: { readonly id: string };
  readonly body: { readonly name?: string | undefined };
}

/**
 * Deletes an empty workspace, or one with its keys and its fleet after its name was typed again.
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
    const { gateways, joinKeys, changes } = await deleteFleet(tx, 'workspaceId', row.id);
    const contents = { keys, gateways, joinKeys };
    if (body.name === undefined) requireEmpty(row.name, contents);
    await tx.delete(apiKey).where(eq(apiKey.workspaceId, row.id));
    const policies = await tx
      .delete(policy)
      .where(eq(policy.workspaceId, row.id))
      .returning({ id: policy.id, name: policy.name });
    await tx.delete(workspace).where(eq(workspace.id, row.id));
    const deleted = [row, ...keys, ...joinKeys, ...policies].map(({ id }) => id);
    await forgetAnswer(tx, confirmed.organizationId, ...deleted);
    return {
      result: undefined,
      target: { type: 'workspace', id: row.id, name: row.name, workspaceId: row.id },
      before: { name: row.name, environment: row.environment, ...contents, policies },
      after: null,
      changes: [
        { kind: 'workspace', subjectId: row.id },
        ...changes,
        ...keys.map(({ id }) => ({ kind: 'key' as const, subjectId: id, workspaceId: row.id })),
        ...policies.map(({ id }) => ({
          ...{ kind: 'policy' as const, subjectId: id, workspaceId: row.id },
        })),
      ],
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

/** What was deleted above comes back with the transaction. @throws DomainError invalid_state */
function requireEmpty(name: string, contents: Contents): void {
  const { keys, gateways, joinKeys } = contents;
  const held = [
    ...counted(keys.length, 'key'),
    ...counted(gateways.length, 'gateway'),
    ...counted(joinKeys.length, 'join key'),
  ];
  if (held.length === 0) return;
  throw new DomainError(
    'invalid_state',
    `Cannot delete the workspace "${name}": it holds ${held.join(', ')}. Delete them, or type its name to delete them with it.`,
  );
}

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
}
