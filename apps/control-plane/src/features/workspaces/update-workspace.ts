import type { Workspace } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { workspace } from '../../db/schema/index.ts';
import { requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { lockWorkspace, readWorkspace, requireFreeName, workspaceEtag } from './list-workspaces.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: { readonly name: string; readonly etag?: string | undefined };
}

/** @throws DomainError not_found, edit_conflict, invalid_state when the name is taken */
export function updateWorkspace(ctx: Ctx, { params, body }: Input): Promise<Workspace> {
  const spec = { scope: 'workspaces.manage', action: 'workspace.update' } as const;
  return write<Workspace>(ctx, spec, async (tx, confirmed) => {
    const row = await lockWorkspace(tx, confirmed, params.id);
    requireUnedited(`workspace "${row.name}"`, body.etag, workspaceEtag(row), workspaceEtag(body));
    await requireFreeName(tx, confirmed, body.name, row.id);
    await tx.update(workspace).set({ name: body.name }).where(eq(workspace.id, row.id));
    return unlessUnchanged({
      result: await readWorkspace(tx, row.id),
      target: { type: 'workspace', id: row.id, name: body.name },
      before: { name: row.name },
      after: { name: body.name },
      changes: [],
    });
  });
}
