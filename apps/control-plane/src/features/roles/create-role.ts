import { createId, type Role, type RouteInput, type Routes } from '@tollkeeper/contract';
import {
  parseScopes,
  requireScopesHeld,
  requireWholeOrganization,
} from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { role } from '../../db/schema/index.ts';
import { idempotent } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { requireFreeName, roleView } from './list-roles.ts';

type Body = RouteInput<Routes['createRole']>['body'];

/** @throws DomainError validation_failed, scope_not_held, invalid_state, recent_sign_in_required */
export function createRole(ctx: Ctx, { body }: { body: Body }): Promise<Role> {
  requireWholeOrganization(ctx);
  const { organizationId, services } = ctx;
  return write<Role>(ctx, { scope: 'roles.create', action: 'role.create' }, (tx, confirmed) =>
    idempotent<Role>(
      tx,
      confirmed,
      { route: 'createRole', body },
      async () => {
        const scopes = parseScopes(body.scopes);
        requireScopesHeld(confirmed, scopes);
        await requireRecentGrant(tx, confirmed, scopes);
        await requireFreeName(tx, organizationId, body.name);
        const id = createId('role', services.randomBytes);
        const facts = { name: body.name, description: body.description ?? '', scopes };
        await tx.insert(role).values({ id, organizationId, ...facts, createdAt: services.clock() });
        return {
          result: roleView({ id, ...facts, builtIn: false }, 0),
          target: { type: 'role', id, name: body.name },
          before: null,
          after: facts,
          changes: [],
        };
      },
      (answer) => answer,
    ),
  );
}
