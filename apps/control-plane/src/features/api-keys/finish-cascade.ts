import { setTimeout } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Services } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { cascadeProgress, runningCascade } from '../../db/schema/index.ts';
import { authorityOf, type RunningCascade } from '../../lineage/running-cascades.ts';
import { createTurns } from '../../lineage/turns.ts';
import { commit, type FurtherEvent } from '../../write/write.ts';
import { type CascadeSearch, searchCascade } from './cascade-search.ts';
import { endFound } from './end-found.ts';
import { CASCADE_LIMITS, type CascadeLimits, takePart } from './ended-part.ts';
import type { Created } from './find-created.ts';
import { createWorklist, type Waiting, type Worklist } from './worklist.ts';

export type Recorded = Pick<RunningCascade, 'organizationId' | 'id'>;

/** What one process did of a cascade. */
export interface Finished extends Pick<CascadeSearch, 'foreign' | 'taken'> {
  /** False where it led to more than a cascade follows. */
  readonly isComplete: boolean;
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
  { organizationId, id }: Recorded,
  limits: CascadeLimits,
): Promise<Finished | undefined> {
  for (;;) {
    const outcome = await resumeCascade(services, { organizationId, id }, limits);
    if (outcome !== 'busy') return outcome === 'gone' ? undefined : outcome;
    services.log.debug({ cascadeId: id }, 'cascade waits: another process is about it');
    await setTimeout(ASKED_AGAIN_MS);
  }
}

/** The same, unless another process is about it. */
export async function resumeCascade(
  services: Services,
  recorded: Recorded,
  limits = CASCADE_LIMITS,
) {
  return inLine(services.db, recorded.organizationId, () => goOn(services, recorded, limits));
}

/** The cascades of an organization, one after the other. */
const inLine = createTurns();
/** Parts of cascades: each takes memory, and holds a connection until what it found has ended. */
const inTurn = createTurns({ atOnceMax: 2 });

/**
 * Searches and ends, and goes on with what the search led to beyond its bound. In between, other
 * organizations have their turn.
 */
async function goOn(services: Services, { organizationId, id }: Recorded, limits: CascadeLimits) {
  const rootIds = new Set<string>();
  const worklist = createWorklist();
  for (let origins: readonly Waiting[] | undefined; ; origins = worklist.take(limits.searchedMax)) {
    const passing = { services, id, limits, worklist, origins };
    const pass = await inTurn(services.db, organizationId, () => searchAndEnd(passing));
    if (typeof pass === 'string') return pass;
    for (const each of pass.rootIds) rootIds.add(each);
    const { foreign, taken } = pass.search;
    if (pass.isLast) return { foreign, taken, rootIds, isComplete: true };
    if (worklist.followedCount() > limits.followedMax) {
      await noteStuck(services, id, worklist.followedCount());
      return { foreign, taken, rootIds, isComplete: false };
    }
  }
}

async function noteStuck({ db, clock, log }: Services, id: string, count: number): Promise<void> {
  log.error(
    { cascadeId: id, followedCount: count },
    'cascade stuck: it led to more keys and members than are followed; the job tries again in an hour',
  );
  await db.update(runningCascade).set({ stuckAt: clock() }).where(eq(runningCascade.id, id));
}

interface Passing {
  readonly services: Services;
  readonly id: string;
  readonly limits: CascadeLimits;
  readonly worklist: Worklist;
  readonly origins: readonly Waiting[] | undefined;
}

interface Pass {
  readonly search: CascadeSearch;
  /** Whether nothing is left to search. */
  readonly isLast: boolean;
  readonly rootIds: ReadonlySet<string>;
}

/** The transaction of the search stays open until all of it has ended, so that no other process begins. */
function searchAndEnd({ services, id, limits, worklist, origins }: Passing) {
  return services.db.transaction<Pass | 'busy' | 'gone'>(
    async (tx) => {
      await allowLongStatements(tx);
      if (!(await claim(tx, id))) return 'busy';
      const [row] = await tx.select().from(runningCascade).where(eq(runningCascade.id, id));
      if (!row) return 'gone';
      const search = refuseUnseen(
        row,
        await searchCascade(
          tx,
          authorityOf(row),
          row.roots,
          { ...limits, keepMembers: row.keepMembers ?? undefined },
          origins,
        ),
      );
      await allowIdle(tx);
      worklist.add(search.counted, search.next);
      const isLast = worklist.isEmpty();
      return { search, isLast, rootIds: await endAll(services, row, search, { limits, isLast }) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/**
 * A part would not show whether a key of another member is among the rest. So a caller without
 * api_keys.manage_all is refused a tree that one search does not see.
 */
function refuseUnseen(row: RunningCascade, search: CascadeSearch): CascadeSearch {
  if (search.isComplete || holds(authorityOf(row).scopes, 'api_keys.manage_all')) return search;
  const foreign = new Set(row.roots.map(({ id }) => id));
  const created = takePart(search.created, 0).part;
  return { ...search, foreign, taken: new Set(), created, counted: [], next: [] };
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
  { limits, isLast }: { readonly limits: CascadeLimits; readonly isLast: boolean },
): Promise<ReadonlySet<string>> {
  const rootIds = new Set<string>();
  for (let left: Created | undefined = search.created; left; ) {
    const { part, rest } = takePart(left, limits.partMax);
    const isOver = rest === undefined && isLast;
    for (const id of await endOne(services, row, search, { part, isOver })) rootIds.add(id);
    left = rest;
  }
  return rootIds;
}

/** In the name of the caller, by the request that began it. */
function endOne(
  services: Services,
  row: RunningCascade,
  search: CascadeSearch,
  { part, isOver }: { readonly part: Created; readonly isOver: boolean },
): Promise<readonly string[]> {
  const { organizationId, memberId, keyId, requestId, ip, userAgent } = row;
  const source = {
    organizationId,
    actor:
      keyId === null
        ? { type: 'member' as const, memberId }
        : { type: 'key' as const, memberId, keyId },
    action: 'api_key.cascade' as const,
    origin: { requestId, ip, userAgent },
    // What waits of the member, by whichever key, keeps no cascade from its turn.
    caller: { owner: 'cascades', credential: row.id },
  };
  const revokedBefore = new Set(row.roots.filter((each) => each.wasRevoked).map(({ id }) => id));
  return commit<readonly string[]>(services, source, async (tx) => {
    await allowLongStatements(tx);
    const { rootIds, events, changes } = await endFound(tx, authorityOf(row), search, part, {
      keepMembers: row.keepMembers ?? undefined,
      now: services.clock(),
      wasRevoked: (id) => revokedBefore.has(id),
    });
    if (isOver) await tx.delete(runningCascade).where(eq(runningCascade.id, row.id));
    else await recordProgress(tx, row, events);
    const [first, ...furtherEvents] = events;
    return first ? { result: rootIds, ...first, furtherEvents, changes } : { replayed: rootIds };
  });
}

/** For those who ask how far it is. An event that sums up what went with a key is no thing that ended. */
async function recordProgress(
  tx: Transaction,
  { id: cascadeId, organizationId }: RunningCascade,
  events: readonly FurtherEvent[],
): Promise<void> {
  const endedCount = events.filter(({ action }) => action !== 'api_key.cascade').length;
  await tx
    .insert(cascadeProgress)
    .values({ cascadeId, organizationId, endedCount })
    .onConflictDoUpdate({
      target: cascadeProgress.cascadeId,
      set: { endedCount: sql`${cascadeProgress.endedCount} + ${endedCount}` },
    });
}
