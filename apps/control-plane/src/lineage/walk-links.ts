import type { Database, Transaction } from '../db/connect.ts';
import { type Links, type Position, readAhead, readBatch, readPage } from './read-links.ts';

/** Ids whose links were read together, or one id of whose links a part was read. */
export interface ReadLinks {
  readonly ids: readonly string[];
  readonly after?: string | undefined;
  readonly upTo?: string | undefined;
}

export interface WalkLimits {
  readonly idsMax: number;
  /** Links that are looked at: there may be many more of them than ids. */
  readonly linksMax: number;
  /** Links that one statement looks at, so that each ends in time: one id may have millions. */
  readonly pageMax: number;
  /** When it gives up, by `performance.now()`. */
  readonly endsAt?: number;
  /**
   * Whether another walk begins with what is left: then each reads something, and may add as many ids
   * more as one statement finds, so that what it read is known.
   */
  readonly goesOn?: boolean;
}

interface Walked {
  /** Those of which not everything is known that they are linked to, as one of the limits was reached. */
  readonly unread: readonly Position[];
  /** What was read, in parts of about a page. */
  readonly reads: readonly ReadLinks[];
}

/** Ids whose links one statement reads. */
const BATCH_MAX = 200;
/** From so few ids, one statement goes on: a long line would take one for each link. */
const FEW = 20;
const AHEAD_MAX = 1000;
/** Links of an id that such a statement follows; an id with more is read by itself. */
const AHEAD_LINKS_MAX = 50;
/** Ids whose links are read again together. */
const READ_TOGETHER_MAX = 5000;

/**
 * Adds all keys and members that are linked to these, each once.
 * @param known ids to add to, those to begin with included
 */
export async function walkLinks(
  db: Database | Transaction,
  links: Links,
  known: Set<string>,
  beginWith: readonly Position[],
  { idsMax, linksMax, pageMax, endsAt, goesOn = false }: WalkLimits,
): Promise<Walked> {
  const reads = collectReads(pageMax);
  const aheadLinksMax = Math.min(AHEAD_LINKS_MAX, pageMax);
  let linksLeft = linksMax;
  let batchMax = BATCH_MAX;
  let isAnyRead = false;
  const isOver = () =>
    (isAnyRead || !goesOn) &&
    (linksLeft <= 0 || (endsAt !== undefined && performance.now() > endsAt));
  const add = (ids: readonly string[], added: string[]) => {
    for (const id of ids) {
      if (known.has(id)) continue;
      if (known.size >= idsMax && !goesOn) return false;
      known.add(id);
      added.push(id);
    }
    return true;
  };
  const end = (unread: readonly Position[], added: readonly string[]) => ({
    unread: [...unread, ...added.map((id) => ({ id }))],
    reads: reads.all,
  });

  for (let latest = beginWith; latest.length > 0; ) {
    const added: string[] = [];
    for (let left = latest; left.length > 0; ) {
      const batch = takeBatch(left, batchMax);
      const linksAsked = goesOn ? pageMax : Math.min(pageMax, linksLeft);
      const [first] = batch;
      const found =
        first && batch.length === 1
          ? await readPage(db, links, first, linksAsked)
          : await readBatch(
              db,
              links,
              batch.map(({ id }) => id),
              linksAsked,
            );
      linksLeft -= found.count;
      const isCut = found.count >= linksAsked;
      if (isCut && batch.length > 1) {
        // Which of the ids are read wholly is not known: so fewer are read at once.
        batchMax = Math.ceil(batch.length / 2);
        if (isOver()) return end(left, added);
        continue;
      }
      if (found.count < linksAsked / 4) batchMax = Math.min(BATCH_MAX, batchMax * 2);
      isAnyRead = true;
      const upTo = isCut ? found.last : undefined;
      reads.add(batch, found.count, upTo);
      const rest = left.slice(batch.length);
      left = first && isCut ? [{ id: first.id, after: upTo }, ...rest] : rest;
      const isFull = !add(found.ids, added) || (goesOn && known.size >= idsMax);
      if (isFull && !goesOn) return end(left.length > 0 ? left : batch, added);
      if ((isFull || isOver()) && left.length + added.length > 0) return end(left, added);
    }
    latest = added.map((id) => ({ id }));
    if (added.length === 0 || added.length > FEW) continue;
    const most = Math.min(AHEAD_MAX, idsMax - known.size + added.length + 1);
    const ahead = await readAhead(db, links, added, most, aheadLinksMax);
    linksLeft -= ahead.ids.length;
    const isRoom = add(ahead.ids, added);
    latest = added.map((id) => ({ id }));
    if (!isRoom) return end(latest, []);
    if (ahead.isWhole) {
      const cut = new Set(ahead.cutIds);
      const whole = latest.filter(({ id }) => !cut.has(id));
      for (const each of whole) reads.add([each], aheadLinksMax, undefined);
      latest = latest.filter(({ id }) => cut.has(id));
    }
    if (isOver()) return end(latest, []);
  }
  return end([], []);
}

/** One id by itself where a part of its links was read. */
function takeBatch(left: readonly Position[], countMax: number): readonly Position[] {
  const until = left.findIndex(({ after }) => after !== undefined);
  const wholeCount = until === -1 ? left.length : until;
  return left.slice(0, Math.max(1, Math.min(wholeCount, countMax)));
}

/** Puts together what a statement reads again with about a page of links. */
function collectReads(pageMax: number) {
  const all: ReadLinks[] = [];
  let together: string[] = [];
  let count = 0;
  return {
    all,
    add(batch: readonly Position[], linksCount: number, upTo: string | undefined): void {
      const after = batch[0]?.after;
      const ids = batch.map(({ id }) => id);
      if (after !== undefined || upTo !== undefined) {
        all.push({ ids, after, upTo });
        return;
      }
      const isRoom =
        count + linksCount <= pageMax && together.length + ids.length <= READ_TOGETHER_MAX;
      if (together.length === 0 || !isRoom) {
        together = [];
        count = 0;
        all.push({ ids: together });
      }
      for (const id of ids) together.push(id);
      count += linksCount;
    },
  };
}
