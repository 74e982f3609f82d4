import { scopeNames } from '@tollkeeper/verify';
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { runningCascade } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { KeepMembers } from '../../lineage/removable-members.ts';
import type { Root } from './cascade-search.ts';

/** Cascades that the sessions of a member, and their keys, may each have under way, stuck ones aside. */
export const RUNNING_MAX = 3;
/** Those of an organization, for all but its owner: each costs every change a search for its caller. */
export const RUNNING_IN_ALL_MAX = 10;

/**
 * A cascade of the same caller that ends the same: everything below has stood still since it began, so it
 * needs no other. What is asked for again and again would else be done as often.
 * @returns its id
 */
export async function findRunning(
  tx: Transaction,
  { organizationId, actor, scopes, workspaceId }: Ctx,
  rootIds: readonly string[],
  keepMembers: KeepMembers | undefined,
): Promise<string | undefined> {
  const running = await tx
    .select()
    .from(runningCascade)
    .where(
      and(
        eq(runningCascade.organizationId, organizationId),
        eq(runningCascade.memberId, actor.memberId),
        sql`${runningCascade.workspaceId} is not distinct from ${workspaceId}`,
      ),
    );
  const asked = [rootIds, scopeNames(scopes), keepMembers ?? null].map(inOrder);
  const same = running.find((row) => {
    const ids = row.roots.map(({ id }) => id);
    const own = [ids, row.scopes, row.keepMembers].map(inOrder);
    return JSON.stringify(own) === JSON.stringify(asked);
  });
  return same?.id;
}

function inOrder(names: readonly string[] | 'all' | null) {
  return typeof names === 'object' && names !== null ? [...new Set(names)].sort() : names;
}

/**
 * @returns its id
 * @throws DomainError unavailable, where too many are under way
 */
export async function recordCascade(
  tx: Transaction,
  ctx: Ctx,
  { roots, refusals }: { roots: readonly Root[]; refusals: ReadonlyMap<string, DomainError> },
  keepMembers: KeepMembers | undefined,
): Promise<string> {
  const shortage = await findShortage(tx, ctx);
  if (shortage) throw shortage;
  const { organizationId, actor, scopes, workspaceId, origin, services } = ctx;
  const [row] = await tx
    .insert(runningCascade)
    .values({
      organizationId,
      roots: roots.map(({ id, name }) => ({ id, name, wasRevoked: refusals.has(id) })),
      keepMembers: keepMembers ?? null,
      memberId: actor.memberId,
      keyId: actor.type === 'key' ? actor.keyId : null,
      scopes: scopeNames(scopes),
      workspaceId,
      ...origin,
      createdAt: services.clock(),
    })
    .returning({ id: runningCascade.id });
  if (!row) throw new Error('The cascade was not recorded');
  return row.id;
}

/**
 * No thief keeps the owner of the organization from one: only the owner may delete it. Nor does one who has
 * keys of a member keep that member's session from it. A key of the owner may be stolen as well: it is held
 * to as many as the keys of others, and to no number in all.
 * @returns why the caller can begin no cascade now
 */
export async function findShortage(
  db: Database | Transaction,
  ctx: Ctx,
): Promise<DomainError | undefined> {
  const { organizationId, actor, scopes } = ctx;
  const isKey = actor.type === 'key';
  const mayDelete = holds(scopes, 'organization.delete');
  if (mayDelete && !isKey) return undefined;
  const ofOrganization = eq(runningCascade.organizationId, organizationId);
  const ofMember = and(
    ofOrganization,
    eq(runningCascade.memberId, actor.memberId),
    isKey ? isNotNull(runningCascade.keyId) : isNull(runningCascade.keyId),
    isNull(runningCascade.stuckAt),
  );
  if ((await db.$count(runningCascade, ofMember)) >= RUNNING_MAX) {
    return tooMany(RUNNING_MAX, 'that you began');
  }
  if (mayDelete) return undefined;
  if ((await db.$count(runningCascade, ofOrganization)) >= RUNNING_IN_ALL_MAX) {
    return tooMany(RUNNING_IN_ALL_MAX, 'in your organization');
  }
  return undefined;
}

function tooMany(count: number, where: string): DomainError {
  return new DomainError(
    'unavailable',
    `${count} revocations ${where} are still ending what the keys created. Nothing was changed. Try again when they are over; to stop a key at once, revoke it without what it created.`,
  );
}
