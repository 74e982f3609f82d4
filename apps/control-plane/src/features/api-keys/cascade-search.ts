import type { SQL } from 'drizzle-orm';
import type { Authority, Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { isStatementTimeout } from '../../db/database-errors.ts';
import { endStatementsBy } from '../../db/time-limit.ts';
import { DomainError } from '../../domain-error.ts';
import type { Origin } from '../../lineage/links.ts';
import { readLineage } from '../../lineage/read-lineage.ts';
import type { Position } from '../../lineage/read-links.ts';
import { findRemovable, type KeepMembers } from '../../lineage/removable-members.ts';
import { traceDescendants } from '../../lineage/trace-descendants.ts';
import { createTurns } from '../../lineage/turns.ts';
import { type ReadLinks, type WalkLimits, walkLinks } from '../../lineage/walk-links.ts';
import { idsOf } from './end-rows.ts';
import { type CascadeLimits, countEnded } from './ended-part.ts';
import { type Created, findCreated } from './find-created.ts';
import { downwardLinks } from './find-linked.ts';
import { findForeignRoots } from './foreign-roots.ts';
import { positionsOf, type Waiting } from './worklist.ts';

/** A key with which a cascade begins. */
export interface Root {
  readonly id: string;
  readonly name: string;
  /** Absent in what an earlier version recorded. */
  readonly workspaceId?: string | null;
}

/** What came from some keys. */
export interface CascadeSearch {
  readonly roots: readonly Root[];
  /** Roots that the caller must not end with what they created (`findForeignRoots`). */
  readonly foreign: ReadonlySet<string>;
  /** Those of them that came from another root nevertheless. */
  readonly taken: ReadonlySet<string>;
  /** What is left to end. */
  readonly created: Created;
  /** False where more leads to something than was searched: then `created` is a part of it. */
  readonly isComplete: boolean;
  /** What counts of the keys and members that were searched. */
  readonly counted: readonly Origin[];
  /** With which the search of the rest begins. */
  readonly next: readonly Waiting[];
}

interface SearchLimits extends Pick<CascadeLimits, 'searchedMax' | 'linksMax' | 'pageMax'> {
  readonly keepMembers: KeepMembers | undefined;
}

interface SearchAtOnceLimits extends Pick<CascadeLimits, 'atOnceMax'> {
  readonly keepMembers: KeepMembers | undefined;
  /** Whether the caller may begin a cascade that takes further transactions. */
  readonly isRoom: boolean;
}

/** Links that the transaction looks at that revokes the keys: keys may have given each other new secrets. */
const LINKS_AT_ONCE_MAX = 25_000;
/** How long it searches, in milliseconds: nobody else changes anything meanwhile. */
const SEARCH_AT_ONCE_MS = 5000;
/** The same where the caller can begin no cascade: what takes longer is refused, and may be asked again. */
const SEARCH_WITHOUT_ROOM_MS = 250;

/**
 * Without a lock, in one snapshot: `runningCascade` keeps what would be found from changing anything.
 * @param roots that the caller sees, so that nobody else makes the server search
 * @param origins what an earlier search left to begin with; else it begins with the roots
 */
export async function searchCascade(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  { keepMembers, searchedMax, linksMax, pageMax }: SearchLimits,
  origins?: readonly Waiting[],
): Promise<CascadeSearch> {
  const removable = await findRemovable(tx, ctx, keepMembers);
  const beginWith = origins ? positionsOf(origins) : roots;
  const idsMax = searchedMax + beginWith.length;
  const limits = { idsMax, linksMax, pageMax, goesOn: true };
  return readSearch(
    tx,
    ctx,
    roots,
    await findLinked(tx, ctx, removable, beginWith, limits),
    origins,
  );
}

/**
 * The same where little is linked to the roots; else undefined, and soon. `write` has locked the end of
 * the audit chain: no creation is under way, and one that comes later is refused by `confirmActor`.
 */
export async function searchAtOnce(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  { keepMembers, atOnceMax, isRoom }: SearchAtOnceLimits,
): Promise<CascadeSearch | undefined> {
  const endsAt = performance.now() + (isRoom ? SEARCH_AT_ONCE_MS : SEARCH_WITHOUT_ROOM_MS);
  const search = async (part: Transaction) => {
    const removable = await findRemovable(part, ctx, keepMembers);
    const linked = await findLinked(part, ctx, removable, roots, {
      idsMax: atOnceMax + roots.length,
      linksMax: LINKS_AT_ONCE_MAX,
      pageMax: LINKS_AT_ONCE_MAX,
      endsAt,
    });
    return linked.unread.length === 0 ? readSearch(part, ctx, roots, linked) : undefined;
  };
  try {
    // A savepoint: the transaction goes on without what took too long.
    return await tx.transaction((part) => endStatementsBy(part, endsAt, () => search(part)));
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    return undefined;
  }
}

interface Linked {
  readonly removable: SQL | undefined;
  /** What it began with, and the keys and members that are linked to that. */
  readonly known: readonly string[];
  /** Those of them of which not everything is known that they are linked to. */
  readonly unread: readonly Position[];
  readonly reads: readonly ReadLinks[];
}

async function findLinked(
  tx: Transaction,
  ctx: Authority,
  removable: SQL | undefined,
  beginWith: readonly Position[],
  limits: WalkLimits,
): Promise<Linked> {
  const known = new Set(idsOf(beginWith));
  const links = downwardLinks(ctx, removable);
  const { unread, reads } = await walkLinks(tx, links, known, beginWith, limits);
  return { removable, known: [...known], unread, reads };
}

async function readSearch(
  tx: Transaction,
  ctx: Authority,
  roots: readonly Root[],
  { removable, known, unread, reads }: Linked,
  origins?: readonly Waiting[],
): Promise<CascadeSearch> {
  const ids = idsOf(roots);
  const lineage = await readLineage(tx, ctx, known, { removable, reads });
  // Of a part that does not begin with the roots, nobody asks: see `finishCascade`.
  const foreign = origins ? new Set<string>() : await findForeignRoots(ctx, lineage, ids);
  const own = ids.filter((id) => !foreign.has(id));
  const descendants = traceDescendants(lineage, origins ? [] : own, origins);
  // Members whom these admitted count as well: where they are not known, nobody has followed them yet.
  const counted = descendants.originsOf([...descendants.ids]);
  const followed = new Set(known);
  const unseen = [...new Set(idsOf(withoutSeen(counted, origins ?? [])))];
  const created = await findCreated(tx, ctx, lineage, own, { descendants, unseen });
  const taken = new Set([...foreign].filter((id) => descendants.rootNow(id) !== undefined));
  return {
    roots,
    foreign,
    taken,
    created,
    isComplete: unread.length === 0,
    counted: counted.filter(({ id }) => followed.has(id)),
    next: [
      ...unread.flatMap(({ id, after }) =>
        descendants.originsOf([id]).map((origin) => ({ ...origin, after })),
      ),
      ...withoutSeen(
        (origins ?? []).flatMap(({ id, after }) =>
          after === undefined ? [] : descendants.originsOf([id]),
        ),
        origins ?? [],
      ),
    ],
  };
}

/**
 * What the origins did was found by the search that left them; not what they count for besides by now. Of
 * one that goes on in the midst of its links, the others were not read for that.
 */
function withoutSeen(counted: readonly Origin[], origins: readonly Origin[]): Origin[] {
  const seen = new Set(origins.map(({ id, at }) => `${id} ${at}`));
  return counted.filter(({ id, at }) => !seen.has(`${id} ${at}`));
}

/** How many requests of an organization may wait until it was searched for others what is left. */
const LOOKS_WAITING_MAX = 4;
const lookInTurn = createTurns({ atOnceMax: 2, waitingMax: LOOKS_WAITING_MAX });

const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Whether one transaction would not end what came from the roots, as far as a search without a lock shows.
 * @throws DomainError unavailable, where too many wait for it
 */
export function looksMuch(
  { services: { db }, ...ctx }: Ctx,
  roots: readonly Root[],
  limits: Omit<SearchAtOnceLimits, 'isRoom'> & Pick<CascadeLimits, 'endedMax'>,
): Promise<boolean> {
  const look = async (tx: Transaction) => {
    const search = await searchAtOnce(tx, ctx, roots, { ...limits, isRoom: true });
    return !search || countEnded(search.created) > limits.endedMax;
  };
  return lookInTurn(db, ctx.organizationId, () => db.transaction(look, SNAPSHOT));
}

/**
 * Whether something is left of keys that were revoked before, or may be. A cascade that is repeated
 * without end locks nothing by it, and takes one connection.
 * @throws DomainError unavailable, where too many wait for it
 */
export async function findLeft(
  { services: { db }, ...ctx }: Ctx,
  roots: readonly Root[],
  limits: SearchLimits,
): Promise<{ readonly isAny: boolean; readonly isComplete: boolean }> {
  const look = async (tx: Transaction) => {
    await allowLongStatements(tx);
    return searchCascade(tx, ctx, roots, limits);
  };
  const { created, isComplete, foreign } = await lookInTurn(db, ctx.organizationId, () =>
    db.transaction(look, SNAPSHOT),
  );
  return { isAny: countEnded(created) > 0 || foreign.size > 0 || !isComplete, isComplete };
}

/** Of keys that led to more keys and members than a cascade follows: what was found has ended. */
export function cascadeTooLarge(followedMax: number): DomainError {
  return new DomainError(
    'cascade_too_large',
    `The key was revoked, and everything that was found has ended. But it led to more than ${followedMax.toLocaleString('en')} keys and members. What is left of them can change nothing, and is among the active keys of their owner: list these with GET /v1/api-keys?state=active&memberId=…, and revoke those that you do not know with what they created.`,
  );
}
