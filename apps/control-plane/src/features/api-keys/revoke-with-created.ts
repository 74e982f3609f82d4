import { and } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import { allowLongStatements, type Database, type Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { KeepMembers } from '../../lineage/removable-members.ts';
import { write } from '../../write/write.ts';
import { requireCallerOutside } from './caller-in-cascade.ts';
import { cascadeTooLarge, findLeft, looksMuch, type Root, searchAtOnce } from './cascade-search.ts';
import { endFound } from './end-found.ts';
import { CASCADE_LIMITS, type CascadeLimits, takePart } from './ended-part.ts';
import { type Finished, finishCascade } from './finish-cascade.ts';
import { treeOfAnotherLeft } from './foreign-roots.ts';
import { findRunning, findShortage, recordCascade } from './record-cascade.ts';
import { setAllRevoked } from './set-status.ts';

interface Cascade {
  readonly reason?: string | undefined;
  readonly keepMembers?: KeepMembers | undefined;
  /** Whether the key may be deleted already. */
  readonly mayBeDeleted?: boolean;
}

/**
 * Revokes keys with what they created: in one transaction where that is little. Otherwise the first one
 * revokes the keys, however much they created, and records the cascade: from then on nothing that came
 * from them can change anything, and what they created ends in further transactions.
 * @returns why a key was not revoked, or not with what it created
 * @throws DomainError cascade_includes_caller; unavailable, after which the server goes on by itself
 */
export async function revokeWithCreated(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  limits = CASCADE_LIMITS,
): Promise<ReadonlyMap<string, DomainError>> {
  const { followedMax } = limits;
  const { keepMembers } = cascade;
  const isMuch = await isRefusedMuch(ctx, ids, cascade, limits);
  let begun = await begin(ctx, ids, cascade, { limits, isRepeated: false, isMuch });
  if (begun.isNothingRevoked) {
    const { roots, refusals } = begun;
    if (roots.length === 0) return refusals;
    const left = await findLeft(ctx, roots, { ...limits, keepMembers });
    if (!left.isAny) return refusals;
    begun = await begin(ctx, ids, cascade, {
      limits,
      isRepeated: true,
      isMuch: isMuch || !left.isComplete,
    });
  }
  const { roots, refusals, cascadeId } = begun;
  const finished = cascadeId ? await finish(ctx, cascadeId, limits) : begun.ended;
  const outcomes = new Map(refusals);
  for (const { id } of roots) {
    if (!finished || finished.rootIds.has(id) || finished.taken.has(id)) outcomes.delete(id);
    else if (finished.foreign.has(id)) outcomes.set(id, treeOfAnotherLeft());
    if (finished && !finished.isComplete) outcomes.set(id, cascadeTooLarge(followedMax));
  }
  return outcomes;
}

/**
 * Whether too many cascades run for the caller to begin one that this would be. The search for that takes
 * no lock: else who asks again and again would keep everybody from changing anything.
 */
async function isRefusedMuch(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  limits: CascadeLimits,
): Promise<boolean> {
  const { db } = ctx.services;
  if (!(await findShortage(db, ctx))) return false;
  const roots = await findRoots(db, ctx, ids, cascade);
  return looksMuch(ctx, roots, { ...limits, keepMembers: cascade.keepMembers });
}

interface Begun {
  /** The keys that the caller sees, in the order of the request. */
  readonly roots: readonly Root[];
  /** Why a key was not revoked: it may be revoked already, and what it created may be left. */
  readonly refusals: ReadonlyMap<string, DomainError>;
  /** Then nothing else was done either. */
  readonly isNothingRevoked?: boolean;
  /** What they created, where it went in the same transaction. */
  readonly ended?: Finished;
  /** Of a cascade that takes further transactions. */
  readonly cascadeId?: string;
}

interface Beginning {
  readonly limits: CascadeLimits;
  /** Whether the keys were revoked before, and something that they created is left. */
  readonly isRepeated: boolean;
  /** Whether it is known to be more than one transaction looks at. */
  readonly isMuch: boolean;
}

/** Revokes the keys; and what they created if it is little, or records that it is to end. */
function begin(
  ctx: Ctx,
  ids: readonly string[],
  cascade: Cascade,
  { limits, isRepeated, isMuch }: Beginning,
): Promise<Begun> {
  const action = isRepeated ? 'api_key.cascade' : 'api_key.revoke';
  return write<Begun>(ctx, { scope: 'api_keys.revoke', action }, async (tx, confirmed) => {
    const roots = await findRoots(tx, confirmed, ids, cascade);
    const rootIds = roots.map(({ id }) => id);
    const { refusals, events, changes } = await setAllRevoked(tx, confirmed, ids, cascade.reason);
    const revoked = { roots, refusals };
    if (events.length === 0) {
      const cascadeId = await findRunning(tx, confirmed, rootIds, cascade.keepMembers);
      if (cascadeId) return { replayed: { ...revoked, cascadeId } };
      // What keys created that were revoked before, is looked for without the lock.
      if (!isRepeated) return { replayed: { ...revoked, isNothingRevoked: true } };
    }
    await requireCallerOutside(tx, confirmed, rootIds, cascade.keepMembers);
    await allowLongStatements(tx);
    const atOnce = isMuch
      ? undefined
      : await endAtOnce(tx, confirmed, revoked, { cascade, limits });
    const result = atOnce
      ? { ...revoked, ended: atOnce.ended }
      : { ...revoked, cascadeId: await recordCascade(tx, confirmed, revoked, cascade.keepMembers) };
    const [first, ...furtherEvents] = [...events, ...(atOnce?.events ?? [])];
    return first
      ? { result, ...first, furtherEvents, changes: [...changes, ...(atOnce?.changes ?? [])] }
      : { replayed: result };
  });
}

/** Those that the caller sees, in the order of the request, before anything is locked. */
async function findRoots(
  db: Database | Transaction,
  ctx: Ctx,
  ids: readonly string[],
  { mayBeDeleted }: Pick<Cascade, 'mayBeDeleted'>,
): Promise<Root[]> {
  const rows = await db
    .select({ id: apiKey.id, name: apiKey.name, workspaceId: apiKey.workspaceId })
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)));
  const visible = new Map(rows.map((row) => [row.id, row]));
  const roots: Root[] = [];
  for (const id of ids) {
    const root = visible.get(id) ?? (mayBeDeleted && (await findDeletedKey(db, ctx, id)));
    if (root) roots.push({ id, name: root.name, workspaceId: root.workspaceId });
  }
  return roots;
}

type Revoked = Pick<Begun, 'roots' | 'refusals'>;

/** @returns undefined where it is more than one transaction ends */
async function endAtOnce(
  tx: Transaction,
  ctx: Ctx,
  { roots, refusals }: Revoked,
  { cascade: { keepMembers }, limits }: { cascade: Cascade; limits: CascadeLimits },
) {
  const isRoom = (await findShortage(tx, ctx)) === undefined;
  const search = await searchAtOnce(tx, ctx, roots, { ...limits, keepMembers, isRoom });
  if (!search || takePart(search.created, limits.endedMax).rest) return undefined;
  const now = ctx.services.clock();
  const wasRevoked = (id: string) => refusals.has(id);
  const ending = { keepMembers, now, wasRevoked };
  const { rootIds, ...written } = await endFound(tx, ctx, search, search.created, ending);
  return { ended: { ...search, rootIds: new Set(rootIds) }, ...written };
}

/** @throws DomainError unavailable */
async function finish({ services, organizationId }: Ctx, id: string, limits: CascadeLimits) {
  try {
    return await finishCascade(services, { organizationId, id }, limits);
  } catch (error) {
    services.log.warn({ err: error, cascadeId: id }, 'cascade interrupted: a job will finish it');
    throw new DomainError(
      'unavailable',
      'The key was revoked, and what it created can change nothing any more. Not all of it has ended yet: the server goes on with that by itself, every minute.',
      { cause: error },
    );
  }
}
