import {
  API_SCOPES_MAX,
  apiScopeName,
  type DefinedApiScope,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiScope } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { unlessUnchanged, type Written, write } from '../../write/write.ts';
import { apiScopeEtag, apiScopeView, lockApiScope } from './list-api-scopes.ts';

type NewApiScope = RouteInput<Routes['createApiScope']>['body'];

/** @throws DomainError invalid_state when the name is taken, or there are as many as there can be */
export function createApiScope(
  ctx: Ctx,
  { body }: { body: NewApiScope },
): Promise<DefinedApiScope> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'policies.create', action: 'api_scope.create' } as const;
  return write<DefinedApiScope>(ctx, spec, (tx, confirmed) =>
    idempotent<DefinedApiScope>(
      tx,
      confirmed,
      { route: 'createApiScope', body },
      () => insert(tx, confirmed, body),
      (answer) => answer,
    ),
  );
}

/** Owners and admins hold it at once; everyone else only once it is put on their role. */
async function insert(
  tx: Transaction,
  { organizationId, services }: Ctx,
  body: NewApiScope,
): Promise<Written<DefinedApiScope>> {
  const row = {
    organizationId,
    name: apiScopeName.parse(body.name),
    description: body.description ?? '',
    createdAt: services.clock(),
  };
  const defined = await tx.$count(apiScope, eq(apiScope.organizationId, organizationId));
  if (defined >= API_SCOPES_MAX) {
    throw new DomainError(
      'invalid_state',
      `Cannot define "${row.name}": the organization has ${defined} API scopes, which is the most there can be. Delete one first.`,
    );
  }
  const inserted = await tx.insert(apiScope).values(row).onConflictDoNothing().returning();
  if (inserted.length === 0) {
    throw new DomainError(
      'invalid_state',
      `There is an API scope "${row.name}" already. Choose another name.`,
    );
  }
  return {
    result: apiScopeView(row),
    target: { type: 'api_scope', id: row.name, name: row.name },
    before: null,
    after: { description: row.description },
    changes: [],
  };
}

type ApiScopeEdit = RouteInput<Routes['updateApiScope']>;

/** @throws DomainError not_found, edit_conflict */
export function updateApiScope(ctx: Ctx, { params, body }: ApiScopeEdit): Promise<DefinedApiScope> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'policies.edit', action: 'api_scope.update' } as const;
  return write<DefinedApiScope>(ctx, spec, async (tx, confirmed) => {
    const row = await lockApiScope(tx, confirmed, params.name);
    const before = { description: row.description };
    const after = { description: body.description ?? row.description };
    const what = `API scope "${row.name}"`;
    requireUnedited(what, body.etag, apiScopeEtag(before), apiScopeEtag(after));
    await tx
      .update(apiScope)
      .set(after)
      .where(
        and(eq(apiScope.organizationId, confirmed.organizationId), eq(apiScope.name, row.name)),
      );
    return unlessUnchanged({
      result: apiScopeView({ ...row, ...after }),
      target: { type: 'api_scope', id: row.name, name: row.name },
      before,
      after,
      changes: [],
    });
  });
}
