import { createId, type RouteInput, type Routes, type Workspace } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { workspace } from '../../db/schema/index.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { insertWorkspace } from './insert-workspace.ts';
import { lockWorkspace, readWorkspace, requireFreeName, workspaceEtag } from './list-workspaces.ts';

type NewWorkspace = RouteInput<Routes['createWorkspace']>['body'];

/** @throws DomainError invalid_state when the name is taken */
export function createWorkspace(ctx: Ctx, { body }: { body: NewWorkspace }): Promise<Workspace> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'workspaces.manage', action: 'workspace.create' } as const;
  return write<Workspace>(ctx, spec, (tx, confirmed) =>
    idempotent<Workspace>(
      tx,
      confirmed,
      { route: 'createWorkspace', body },
      async () => {
        const name = body.name.trim();
        await requireFreeName(tx, confirmed, name);
        const row = {
          id: createId('workspace', ctx.services.randomBytes),
          organizationId: ctx.organizationId,
          name,
          environment: body.environment,
          version: 0,
          createdAt: ctx.services.clock(),
        };
        await insertWorkspace(tx, ctx.services, row);
        return {
          result: await readWorkspace(tx, row.id),
          target: { type: 'workspace', id: row.id, name: row.name, workspaceId: row.id },
          before: null,
          after: { name: row.name, environment: row.environment },
          changes: [{ kind: 'workspace', subjectId: row.id }],
        };
      },
      (answer) => answer,
    ),
  );
}

interface WorkspaceEdit {
  readonly params: { readonly id: string };
  readonly body: { readonly name: string; readonly etag?: string | undefined };
}

/** @throws DomainError not_found, edit_conflict, invalid_state when the name is taken */
export function updateWorkspace(ctx: Ctx, { params, body }: WorkspaceEdit): Promise<Workspace> {
  const spec = { scope: 'workspaces.manage', action: 'workspace.update' } as const;
  return write<Workspace>(ctx, spec, async (tx, confirmed) => {
    const row = await lockWorkspace(tx, confirmed, params.id);
    const after = { name: body.name.trim() };
    requireUnedited(`workspace "${row.name}"`, body.etag, workspaceEtag(row), workspaceEtag(after));
    await requireFreeName(tx, confirmed, after.name, row.id);
    await tx.update(workspace).set(after).where(eq(workspace.id, row.id));
    return unlessUnchanged({
      result: await readWorkspace(tx, row.id),
      target: { type: 'workspace', id: row.id, name: after.name, workspaceId: row.id },
      before: { name: row.name },
      after,
      changes: [],
    });
  });
}
