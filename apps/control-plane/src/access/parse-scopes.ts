import { isApiScope, isBuiltInScope, type Scope } from '@tollkeeper/contract';
import type { Ctx } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { defineLockedRead } from '../db/statement.ts';
import { DomainError, invalidField } from '../domain-error.ts';
import { holds } from './require-scope.ts';

/**
 * The scopes that a key or a role is about to get, sorted. API scopes among them cannot be deleted
 * until the transaction ends. A caller who may not read which there are does not learn it here: one that is
 * not defined passes, and is refused as what the caller does not hold.
 * @throws DomainError validation_failed, naming each scope at fault
 */
export async function parseScopes(
  tx: Transaction,
  { organizationId, scopes: held }: Ctx,
  names: readonly string[],
): Promise<Scope[]> {
  if (names.length === 0) throw invalidField('scopes', 'must name at least one scope');
  const defined = await findDefined(tx, organizationId, names);
  const seen = new Set<string>();
  const scopes: Scope[] = [];
  const errors: { path: string; message: string }[] = [];
  for (const [at, name] of names.entries()) {
    const path = `scopes/${at}`;
    const isScope =
      isBuiltInScope(name) ||
      (isApiScope(name) && (defined.has(name) || !holds(held, 'policies.read')));
    if (!isScope) errors.push({ path, message: `"${name}" is not a scope` });
    else if (seen.has(name)) errors.push({ path, message: `"${name}" is named twice` });
    else scopes.push(name);
    seen.add(name);
  }
  if (errors.length > 0) {
    throw new DomainError(
      'validation_failed',
      `${errors.map((error) => error.message).join('; ')}. GET /v1/scopes lists the scopes.`,
      { errors },
    );
  }
  return scopes.toSorted();
}

const lockApiScopes = defineLockedRead<
  { readonly names: string[] },
  [organizationId: string, names: readonly string[]]
>(
  'lock-api-scopes',
  `select coalesce(array_agg(locked.name), '{}') as names from (
    select name from api_scope where organization_id = $1 and name = any($2::text[])
    order by name for key share
  ) as locked`,
);

/** Those of the names that are API scopes of the organization. Nothing is asked where none could be. */
async function findDefined(
  tx: Transaction,
  organizationId: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = [...new Set(names.filter(isApiScope))].sort();
  if (asked.length === 0) return new Set();
  const [row] = await lockApiScopes(tx, [organizationId, asked]);
  return new Set(row?.names);
}
