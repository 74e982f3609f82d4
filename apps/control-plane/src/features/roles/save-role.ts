import { createId, type Role, type RouteInput, type Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { parseScopes } from '../../access/parse-scopes.ts';
import { requireScopesHeld, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { role } from '../../db/schema/index.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { countMembers, lockRole, requireFreeName, roleEtag, roleView } from './list-roles.ts';

type NewRole = RouteInput<Routes['createRole']>['body'];

/** @throws DomainError validation_failed, scope_not_held, invalid_state, recent_sign_in_required */
export function createRole(ctx: Ctx, { body }: { body: NewRole }): Promise<Role> {
  requireWholeOrganization(ctx);
  const { organizationId, services } = ctx;
  return write<Role>(ctx, { scope: 'roles.create', action: 'role.create' }, (tx, confirmed) =>
    idempotent<Role>(
      tx,
      confirmed,
      { route: 'createRole', body },
      async () => {
        const scopes = await parseScopes(tx, confirmed, body.scopes);
        requireScopesHeld(confirmed, scopes);
        await requireRecentGrant(tx, confirmed, scopes);
        const name = body.name.trim();
        await requireFreeName(tx, organizationId, name);
        const id = createId('role', services.randomBytes);
        const facts = { name, description: body.description ?? '', scopes };
        await tx.insert(role).values({ id, organizationId, ...facts, createdAt: services.clock() });
        return {
          result: roleView({ id, ...facts, builtIn: false }, 0),
          target: { type: 'role', id, name },
          before: null,
          after: facts,
          changes: [],
        };
      },
      (answer) => answer,
    ),
  );
}

type RoleEdit = RouteInput<Routes['updateRole']>['body'];

/**
 * Changes a custom role; the change applies to its members' sessions and keys at once. The caller must
 * hold all that it held and all that it will: else an editor could take power from those above.
 * @throws DomainError not_found, invalid_state, edit_conflict, scope_not_held,
 * recent_sign_in_required
 */
export function updateRole(
  ctx: Ctx,
  { params, body }: { params: { id: string }; body: RoleEdit },
): Promise<Role> {
  requireWholeOrganization(ctx);
  return write<Role>(ctx, { scope: 'roles.edit', action: 'role.update' }, async (tx, confirmed) => {
    const row = await lockRole(tx, confirmed, params.id, 'edit');
    const scopes = body.scopes ? await parseScopes(tx, confirmed, body.scopes) : row.scopes;
    requireScopesHeld(confirmed, row.scopes, 'roles.read');
    if (body.scopes) requireScopesHeld(confirmed, scopes);
    await requireRecentGrant(tx, confirmed, scopes, row.scopes);
    if (body.name) await requireFreeName(tx, ctx.organizationId, body.name, row.id);
    const before = { name: row.name, description: row.description, scopes: row.scopes };
    const after = {
      name: body.name?.trim() ?? row.name,
      description: body.description ?? row.description,
      scopes,
    };
    requireUnedited(`role "${row.name}"`, body.etag, roleEtag(before), roleEtag(after));
    await tx.update(role).set(after).where(eq(role.id, row.id));
    const counts = await countMembers(tx, ctx.organizationId);
    return unlessUnchanged({
      result: roleView({ id: row.id, ...after, builtIn: false }, counts.get(row.id) ?? 0),
      target: { type: 'role', id: row.id, name: after.name },
      before,
      after,
      changes: [{ kind: 'role', subjectId: row.id }],
    });
  });
}
