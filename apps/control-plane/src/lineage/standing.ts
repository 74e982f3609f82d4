import { eq, getTableColumns, sql } from 'drizzle-orm';
import { allowLongStatements, type Database, type Transaction } from '../db/connect.ts';
import { isStatementTimeout } from '../db/database-errors.ts';
import { runningCascade } from '../db/schema/index.ts';
import { authorityOf, type RunningCascade } from './running-cascades.ts';
import { type AncestorLimits, createAncestorTracer } from './trace-ancestors.ts';
import { createTurns } from './turns.ts';

/** Whether running cascades are about to end a key or a member. */
export type Standing = 'outside' | 'inside' | 'unknown';

/**
 * Thrown in a transaction that must know how its caller stands to running cascades, and does not: that
 * may take long to find out, and all others of the organization would wait meanwhile.
 */
export class StandingNotKnown extends Error {}

/** What nearly everybody needs, who descends from few keys and members. */
const QUICK: AncestorLimits = { idsMax: 1000, linksMax: 2500 };
const THOROUGH: AncestorLimits = { idsMax: 100_000, linksMax: 500_000 };
/** How long that may take for all cascades together, in milliseconds: others of the organization wait for it. */
const THOROUGH_MS = 15_000;

/** How long it is remembered that a caller is about to be ended, or that it took too long to tell. */
const INSIDE_MS = 5000;
/** Answers that a process remembers; the oldest are asked again. */
const REMEMBERED_MAX = 10_000;

/** How many of an organization may wait until one after the other was searched for thoroughly. */
const WAITING_MAX = 8;
const inTurn = createTurns({ atOnceMax: 2, waitingMax: WAITING_MAX });

/**
 * SQL of a running cascade and the moment of which a standing is known: who changes members or roles writes
 * the row again (`append`), as that may put others inside.
 */
export const CASCADE_STAMP = `running_cascade.id::text || ' ' || running_cascade.xmin::text`;

/**
 * Whether the key or the member is known to be outside all of the cascades. That stays so while the stamps
 * do: what a cascade is about to end can change nothing any more, so it leads to nothing new.
 */
export function isKnownOutside(db: Database, stamps: readonly string[], callerId: string): boolean {
  return stamps.every((stamp) => recall(db, stamp, callerId) === 'outside');
}

/**
 * Finds out without a lock, in one snapshot, how the key or the member stands to the cascades of the
 * organization. Somebody may take a member out of a cascade by inviting them again, so that anything else
 * than `outside` is remembered for a moment only.
 * @throws DomainError unavailable, where too many wait for it
 */
export async function learnStanding(
  db: Database,
  organizationId: string,
  callerId: string,
  { quick = QUICK, thorough = THOROUGH } = {},
): Promise<Standing> {
  const search = (limits: AncestorLimits, isLast: boolean) =>
    searchAll(db, organizationId, callerId, { limits, isLast });
  const first = await search(quick, false);
  const isKnown = [...first.values()].every((each) => each !== 'unknown');
  const searchOn = () => search({ endsAt: performance.now() + THOROUGH_MS, ...thorough }, true);
  const standings = isKnown ? first : await inTurn(db, organizationId, searchOn);
  const found = new Set(standings.values());
  const standing = (['inside', 'unknown'] as const).find((each) => found.has(each)) ?? 'outside';
  if (standing !== 'outside') remember(db, ANY, callerId, standing);
  return standing;
}

/** In place of a cascade: what was found out about all that were running. */
const ANY = 'any';

/**
 * What was found out a moment ago about a caller who is not outside: who tries again and again then holds up
 * nobody by it.
 */
export function recallRefused(db: Database, callerId: string): 'inside' | 'unknown' | undefined {
  const standing = recall(db, ANY, callerId);
  return standing === 'outside' ? undefined : standing;
}

/** By cascade. A statement that takes too long has shown nothing of any. */
async function searchAll(
  db: Database,
  organizationId: string,
  callerId: string,
  { limits, isLast }: { readonly limits: AncestorLimits; readonly isLast: boolean },
): Promise<ReadonlyMap<string, Standing>> {
  const search = async (tx: Transaction) => {
    if (isLast) await allowLongStatements(tx);
    const running = await tx
      .select({
        ...getTableColumns(runningCascade),
        stamp: sql<string>`${sql.raw(CASCADE_STAMP)}`,
      })
      .from(runningCascade)
      .where(eq(runningCascade.organizationId, organizationId));
    const standings = new Map<string, Standing>();
    const trace = createAncestorTracer(tx, [callerId], limits);
    for (const row of running) {
      const known = recall(db, row.stamp, callerId);
      const standing = known ?? (await searchOne(trace, row, callerId));
      if (!known && (standing !== 'unknown' || isLast)) {
        remember(db, row.stamp, callerId, standing);
      }
      standings.set(row.stamp, standing);
    }
    return standings;
  };
  try {
    const config = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;
    return await db.transaction(search, config);
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    return new Map([[ANY, 'unknown' as const]]);
  }
}

async function searchOne(
  trace: ReturnType<typeof createAncestorTracer>,
  row: RunningCascade,
  callerId: string,
): Promise<Standing> {
  const rootIds = row.roots.map(({ id }) => id);
  const cascade = { rootIds, keepMembers: row.keepMembers ?? undefined };
  const found = await trace(authorityOf(row), cascade);
  if (found === 'unknown') return found;
  return found?.rootNow(callerId) === undefined ? 'outside' : 'inside';
}

interface Remembered {
  readonly standing: Standing;
  /** By `performance.now()`. */
  readonly until: number;
}

const memories = new WeakMap<Database, Map<string, Remembered>>();

function recall(db: Database, stamp: string, callerId: string): Standing | undefined {
  const known = memories.get(db)?.get(`${stamp} ${callerId}`);
  return known && known.until > performance.now() ? known.standing : undefined;
}

function remember(db: Database, stamp: string, callerId: string, standing: Standing): void {
  const memory = memories.get(db) ?? new Map<string, Remembered>();
  memories.set(db, memory);
  const [oldest] = memory.keys();
  if (oldest !== undefined && memory.size >= REMEMBERED_MAX) memory.delete(oldest);
  const lastsMs = standing === 'outside' ? Number.POSITIVE_INFINITY : INSIDE_MS;
  memory.set(`${stamp} ${callerId}`, { standing, until: performance.now() + lastsMs });
}
