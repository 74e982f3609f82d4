import { createId, type RouteInput, type Routes, type Workspace } from '@tollkeeper/contract';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { workspace } from '../../db/schema/index.ts';
import { idempotent } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { readWorkspace, requireFreeName } from './list-workspaces.ts';

type Body = RouteInput<Routes['createWorkspace']>['body'];

/** @throws DomainError invalid_state when the name is taken */
export function createWorkspace(ctx: Ctx, { body }: { body: Body }): Promise<Workspace> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'workspaces.manage', action: 'workspace.create' } as const;
  return write<Workspace>(ctx, spec, (tx, confirmed) =>
    idempotent<Workspace>(
      tx,
      confirmed,
      { route: 'createWorkspace', body },
      async () => {
        await requireFreeName(tx, confirmed, body.name);
        const row = {
          id: createId('workspace', ctx.services.randomBytes),
          organizationId: ctx.organizationId,
          name: body.name,
          environment: body.environment,
          version: 0,
          createdAt: ctx.services.clock(),
        };
        await tx.insert(workspace).values(row);
        return {
          result: await readWorkspace(tx, row.id),
          target: { type: 'workspace', id: row.id, name: row.name },
          before: null,
          after: { name: row.name, environment: row.environment },
          changes: [{ kind: 'workspace', subjectId: row.id }],
        };
      },
      (answer) => answer,
    ),
  );
}
