import type { ApiScope } from '@tollkeeper/contract';
import { and, asc, eq, ne, type SQL, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, policy, role } from '../../db/schema/index.ts';

/** What holds an API scope, and which policies ask for it. */
interface Holders {
  /** But for revoked ones, which no deletion changes for anyone. */
  readonly keys: Named;
  /** Revoked ones included. */
  readonly allKeysCount: number;
  readonly roles: Named;
  readonly policies: Named;
}

interface Named {
  readonly count: number;
  /** Of those that the caller may see, and no more than NAMED_MAX. */
  readonly names: readonly string[];
}

const NAMED_MAX = 10;

export async function findHolders(tx: Transaction, ctx: Ctx, name: ApiScope): Promise<Holders> {
  const allKeys = and(eq(apiKey.organizationId, ctx.organizationId), isHeld(apiKey, name));
  const keys = and(allKeys, ne(apiKey.status, 'revoked'));
  const roles = and(eq(role.organizationId, ctx.organizationId), isHeld(role, name));
  const policies = and(eq(policy.organizationId, ctx.organizationId), isNamedByPolicy(name));
  return {
    allKeysCount: await tx.$count(apiKey, allKeys),
    keys: {
      count: await tx.$count(apiKey, keys),
      names: holds(ctx.scopes, 'api_keys.read')
        ? await selectNames(tx, apiKey, and(keys, visibleKeys(ctx)))
        : [],
    },
    roles: {
      count: await tx.$count(role, roles),
      names: holds(ctx.scopes, 'roles.read') ? await selectNames(tx, role, roles) : [],
    },
    policies: {
      count: await tx.$count(policy, policies),
      names: holds(ctx.scopes, 'policies.read') ? await selectNames(tx, policy, policies) : [],
    },
  };
}

/** As a whole string of a statement, also where the text writes it with escapes. */
function isNamedByPolicy(name: ApiScope): SQL {
  return sql`position(${JSON.stringify(name)} in ${policy.statements}::text) > 0`;
}

type Holding = typeof apiKey | typeof role;

export function isHeld(table: Holding, name: ApiScope): SQL {
  return sql`${table.scopes} @> array[${name}]::text[]`;
}

async function selectNames(
  tx: Transaction,
  table: Holding | typeof policy,
  where: SQL | undefined,
) {
  const rows = await tx
    .select({ name: table.name })
    .from(table as typeof role)
    .where(where)
    .orderBy(asc(table.name), asc(table.id))
    .limit(NAMED_MAX);
  return rows.map((row) => row.name);
}

/**
 * Such as: the API keys "ci", "staging" and 3 more and the role "Clerk" hold it, and the policy "Sums"
 * asks for it.
 */
export function describeHolders({ keys, roles, policies }: Holders): string {
  const named = [nameSome(keys, 'API key'), nameSome(roles, 'role')];
  const verb = keys.count + roles.count === 1 ? 'holds' : 'hold';
  const held = named.filter((each) => each !== undefined).join(' and ');
  const asking = nameSome(policies, 'policy', 'policies');
  const asked = asking && `${asking} ${policies.count === 1 ? 'asks' : 'ask'} for it`;
  return [held && `${held} ${verb} it`, asked].filter(Boolean).join(', and ');
}

function nameSome({ count, names }: Named, what: string, many = `${what}s`): string | undefined {
  if (count === 0) return undefined;
  const kind = count === 1 ? what : many;
  if (names.length === 0) return `${count} ${kind}`;
  const shown = names.map((name) => `"${name}"`);
  const rest = count - names.length;
  const items = rest > 0 ? [...shown, `${rest} more`] : shown;
  return `the ${kind} ${new Intl.ListFormat('en-GB').format(items)}`;
}
