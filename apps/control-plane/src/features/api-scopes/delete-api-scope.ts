import type { ApiScope, RouteInput, Routes, Scope } from '@tollkeeper/contract';
import { and, asc, eq, sql } from 'drizzle-orm';
import { holds, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, apiScope, role } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { Change } from '../../write/change.ts';
import { forgetNamedAnswer } from '../../write/idempotent.ts';
import { type FurtherEvent, write } from '../../write/write.ts';
import { describeHolders, findHolders, isHeld } from './find-holders.ts';
import { lockApiScope } from './list-api-scopes.ts';

type Input = RouteInput<Routes['deleteApiScope']>;

/**
 * Deletes an API scope, and takes it from every key and role. Their rows change rather than what is read
 * from them: an API scope of the same name that is defined later is held by nobody. Policies stay as they
 * are, and ask for a scope that no key holds.
 * @throws DomainError not_found, scope_not_held, invalid_state when it is in use and that is not confirmed
 */
export function deleteApiScope(ctx: Ctx, { params, query }: Input): Promise<undefined> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'policies.delete', action: 'api_scope.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const { name, description } = await lockApiScope(tx, confirmed, params.name);
    await requireDeletable(tx, confirmed, name, query?.confirm === 'true');
    const fromKeys = await takeFromKeys(tx, confirmed, name);
    const fromRoles = await takeFromRoles(tx, confirmed, name);
    await tx
      .delete(apiScope)
      .where(and(eq(apiScope.organizationId, confirmed.organizationId), eq(apiScope.name, name)));
    await forgetNamedAnswer(tx, confirmed.organizationId, name);
    return {
      result: undefined,
      target: { type: 'api_scope', id: name, name },
      before: { description },
      after: null,
      furtherEvents: [...fromKeys.events, ...fromRoles.events],
      changes: [...fromKeys.changes, ...fromRoles.changes],
    };
  });
}

/** From so many keys, one transaction takes it in time: the other changes of the organization wait. */
const KEYS_MAX = 10_000;

/**
 * What others hold is taken from them only by someone who could give it to them: as with roles, an
 * editor could otherwise take power from those above.
 */
async function requireDeletable(
  tx: Transaction,
  ctx: Ctx,
  name: ApiScope,
  isConfirmed: boolean,
): Promise<void> {
  const holders = await findHolders(tx, ctx, name);
  if (holders.allKeysCount > KEYS_MAX) {
    throw new DomainError(
      'invalid_state',
      `Cannot delete the API scope "${name}": ${holders.allKeysCount} API keys hold it, revoked ones included, and one request can take it from ${KEYS_MAX}. Delete keys that you no longer need, or remove it from some of them, first.`,
    );
  }
  const isHeldByAny = holders.keys.count + holders.roles.count > 0;
  if (!isHeldByAny && holders.policies.count === 0) return;
  const refused = `Cannot delete the API scope "${name}": ${describeHolders(holders)}`;
  if (isHeldByAny && !holds(ctx.scopes, name)) {
    throw new DomainError(
      'scope_not_held',
      `${refused}, and you do not hold it yourself. Ask someone who does.`,
      { scopes: [name] },
    );
  }
  if (isConfirmed) return;
  const consequence = isHeldByAny
    ? 'to remove it from all of them'
    : 'to delete it; no key will hold what they ask for';
  throw new DomainError('invalid_state', `${refused}. Confirm ${consequence}.`);
}

interface Taken {
  readonly events: FurtherEvent[];
  readonly changes: Change[];
}

/** Rows that one statement updates, so that each ends in time. */
const UPDATED_MAX = 5000;

/** Of every status, and in the order of ids, as all lock them. Nobody gains by it: no edit to trace. */
async function takeFromKeys(tx: Transaction, ctx: Ctx, name: ApiScope): Promise<Taken> {
  const rows = await tx
    .select({
      id: apiKey.id,
      name: apiKey.name,
      scopes: apiKey.scopes,
      workspaceId: apiKey.workspaceId,
    })
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, ctx.organizationId), isHeld(apiKey, name)))
    .orderBy(asc(apiKey.id))
    .for('update');
  for (let at = 0; at < rows.length; at += UPDATED_MAX) {
    const ids = rows.slice(at, at + UPDATED_MAX).map(({ id }) => id);
    await tx
      .update(apiKey)
      .set({ scopes: sql`array_remove(${apiKey.scopes}, ${name})` })
      .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, ids)));
  }
  return {
    events: rows.map(({ id, name: keyName, scopes, workspaceId }) => ({
      action: 'api_key.update',
      target: { type: 'api_key', id, name: keyName, workspaceId },
      ...scopesWithout(scopes, name),
    })),
    changes: rows.map(({ id, workspaceId }) => ({ kind: 'key', subjectId: id, workspaceId })),
  };
}

async function takeFromRoles(tx: Transaction, ctx: Ctx, name: ApiScope): Promise<Taken> {
  const ofOrganization = and(eq(role.organizationId, ctx.organizationId), isHeld(role, name));
  const rows = await tx
    .select({ id: role.id, name: role.name, scopes: role.scopes })
    .from(role)
    .where(ofOrganization)
    .orderBy(asc(role.id))
    .for('update');
  await tx
    .update(role)
    .set({ scopes: sql`array_remove(${role.scopes}, ${name})` })
    .where(ofOrganization);
  return {
    events: rows.map(({ id, name: roleName, scopes }) => ({
      action: 'role.update',
      target: { type: 'role', id, name: roleName },
      ...scopesWithout(scopes, name),
    })),
    changes: rows.map(({ id }) => ({ kind: 'role', subjectId: id })),
  };
}

function scopesWithout(scopes: readonly Scope[], name: ApiScope) {
  return { before: { scopes }, after: { scopes: scopes.filter((each) => each !== name) } };
}
