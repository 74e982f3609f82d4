import { setTimeout } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { pruneToEnd } from '../../access/sweep-lineage.ts';
import type { Services } from '../../context.ts';
import { allowLongStatements, type Database, type Transaction } from '../../db/connect.ts';
import { runningCascade } from '../../db/schema/index.ts';
import { authorityOf, type RunningCascade } from '../../lineage/running-cascades.ts';
import { commit } from '../../write/write.ts';
import { type CascadeSearch, searchCascade } from './cascade-search.ts';
import { endFound } from './end-found.ts';
import { CASCADE_LIMITS, type CascadeLimits, takePart } from './ended-part.ts';
import type { Created } from './find-created.ts';

/** What one process did of a cascade. */
export interface Finished extends Pick<CascadeSearch, 'foreign' | 'taken' | 'isComplete'> {
  /** Of which it ended something. */
  readonly rootIds: ReadonlySet<string>;
}

/** How often it is asked whether another process has done it, in milliseconds. */
const ASKED_AGAIN_MS = 500;

/**
 * Ends all that is left of a cascade. It was allowed when it began, and everything it leads to stands
 * still since: so it is searched once, without a lock, and ended by as many transactions as it takes,
 * whatever has become of the caller.
 * @returns undefined where another process has done it
 */
export async function finishCascade(
  services: Services,
  id: string,
  limits: CascadeLimits,
): Promise<Finished | undefined> {
  for (;;) {
    const outcome = await inTurn(services.db, () => goOn(services, id, limits));
    if (outcome !== 'busy') return outcome === 'gone' ? undefined : outcome;
    await setTimeout(ASKED_AGAIN_MS);
  }
}

/** The same, unless another process is about it. */
export async function resumeCascade(services: Services, id: string, limits = CASCADE_LIMITS) {
  return inTurn(services.db, () => goOn(services, id, limits));
}

const turns = new WeakMap<Database, Promise<unknown>>();

/** One at a time in a process: each takes memory, and holds a connection while it searches. */
function inTurn<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const done = (turns.get(db) ?? Promise.resolve()).then(work, work);
  turns.set(db, done);
  return done;
}

/** Searches and ends, until a search has seen everything or finds no way on. */
async function goOn(services: Services, id: string, limits: CascadeLimits) {
  const rootIds = new Set<string>();
  for (let isPruned = false; ; ) {
    const pass = await searchAndEnd(services, id, limits);
    if (typeof pass === 'string') return pass;
    for (const each of pass.rootIds) rootIds.add(each);
    if (pass.search.isComplete) return { ...pass.search, rootIds };
    if (pass.rootIds.size > 0) continue;
    if (isPruned || !(await pruneToEnd(services.db, pass.row.organizationId))) {
      await noteStuck(services, id);
      return { ...pass.search, rootIds };
    }
    isPruned = true;
  }
}

async function noteStuck({ db, clock }: Services, id: string): Promise<void> {
  await db.update(runningCascade).set({ stuckAt: clock() }).where(eq(runningCascade.id, id));
}

interface Pass {
  readonly row: RunningCascade;
  readonly search: CascadeSearch;
  readonly rootIds: ReadonlySet<string>;
}

/** The transaction of the search stays open until all of it has ended, so that no other process begins. */
function searchAndEnd(
  services: Services,
  id: string,
  limits: CascadeLimits,
): Promise<Pass | 'busy' | 'gone'> {
  return services.db.transaction(
    async (tx) => {
      await allowLongStatements(tx);
      if (!(await claim(tx, id))) return 'busy';
      const [row] = await tx.select().from(runningCascade).where(eq(runningCascade.id, id));
      if (!row) return 'gone';
      const search = await searchCascade(tx, authorityOf(row), row.roots, {
        keepMembers: row.keepMembers ?? undefined,
        searchedMax: limits.searchedMax,
      });
      await allowIdle(tx);
      return { row, search, rootIds: await endAll(services, row, search, limits) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Until the transaction ends, which it does at once if the process is killed. */
async function claim(tx: Transaction, id: string): Promise<boolean> {
  const { rows } = await tx.execute<{ isClaimed: boolean }>(sql`
    select pg_try_advisory_xact_lock(hashtextextended(${id}, 0)) as "isClaimed"`);
  return rows[0]?.isClaimed ?? false;
}

/** It waits for the transactions that end things, and holds nothing but its claim. */
async function allowIdle(tx: Transaction): Promise<void> {
  await tx.execute(sql`select set_config('idle_in_transaction_session_timeout', '0', true)`);
}

async function endAll(
  services: Services,
  row: RunningCascade,
  search: CascadeSearch,
  { endedMax }: CascadeLimits,
): Promise<ReadonlySet<string>> {
  const rootIds = new Set<string>();
  for (let left: Created | undefined = search.created; left; ) {
    const { part, rest } = takePart(left, endedMax);
    const isLast = rest === undefined && search.isComplete;
    for (const id of await endOne(services, row, search, { part, isLast })) rootIds.add(id);
    left = rest;
  }
  return rootIds;
}

/** In the name of the caller, by the request that began it. */
function endOne(
  services: Services,
  row: RunningCascade,
  search: CascadeSearch,
  { part, isLast }: { readonly part: Created; readonly isLast: boolean },
): Promise<readonly string[]> {
  const { organizationId, memberId, keyId, requestId, ip, userAgent } = row;
  const source = {
    organizationId,
    actor:
      keyId === null
        ? { type: 'member' as const, memberId }
        : { type: 'key' as const, memberId, keyId },
    action: 'api_key.cascade',
    origin: { requestId, ip, userAgent },
  };
  const revokedBefore = new Set(row.roots.filter((each) => each.wasRevoked).map(({ id }) => id));
  return commit<readonly string[]>(services, source, async (tx) => {
    await allowLongStatements(tx);
    const { rootIds, events, changes } = await endFound(tx, authorityOf(row), search, part, {
      keepMembers: row.keepMembers ?? undefined,
      now: services.clock(),
      wasRevoked: (id) => revokedBefore.has(id),
    });
    if (isLast) await tx.delete(runningCascade).where(eq(runningCascade.id, row.id));
    const [first, ...furtherEvents] = events;
    return first ? { result: rootIds, ...first, furtherEvents, changes } : { replayed: rootIds };
  });
}
