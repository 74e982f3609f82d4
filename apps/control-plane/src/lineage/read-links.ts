import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { equals } from '../access/prune-lineage.ts';
import type { Database, Transaction } from '../db/connect.ts';

/** One table in which keys and members are linked. */
export interface LinkBranch {
  /** The column that holds what a link leads to. */
  readonly id: SQLWrapper;
  /** `from … where …` of what is linked to `WALKED`; `is` compares a column with that. */
  readonly from: (is: (column: SQLWrapper) => SQL) => SQL;
  /** Whether it may lead to what `isKept` leaves out. */
  readonly isChecked?: boolean;
  /** What `is` compares, where an index has the links of one id in the order of what they lead to. */
  readonly orderedBy?: SQLWrapper;
}

export interface Links {
  readonly branches: readonly LinkBranch[];
  /** Which of the ids count that a checked branch leads to; without it, all do. */
  readonly isKept?: (id: SQL) => SQL;
}

/** The key or the member whose links a statement reads. */
export const WALKED = sql.raw('walked.id');

export const isWalked = (column: SQLWrapper) => equals(column, WALKED);

/** Where to begin with an id: after those of its links that were read already. */
export interface Position {
  readonly id: string;
  /** The last of what its links lead to that was read. */
  readonly after?: string | undefined;
}

/** What a statement found. */
interface FoundLinks {
  /** What links lead to, each once. */
  readonly ids: readonly string[];
  /** How many links it looked at. */
  readonly count: number;
  /** The last id of a page. */
  readonly last: string | undefined;
}

/** What the ids are linked to: a loop by index for each id, as `isWalked` makes it. */
export function readBatch(
  db: Database | Transaction,
  links: Links,
  ids: readonly string[],
  linksMax: number,
): Promise<FoundLinks> {
  const all = unionAll(links.branches, (branch) => selectBranch(branch, isWalked));
  return readFound(
    db,
    links,
    sql`select next.id, next.is_checked from unnest(${sql.param(ids)}::text[]) as walked (id),
      lateral (${all} offset 0) as next (id, is_checked)
      where next.id is not null limit ${linksMax}`,
  );
}

/** The next links of one id, in the order of what they lead to. */
export function readPage(
  db: Database | Transaction,
  links: Links,
  { id, after = '' }: Position,
  linksMax: number,
): Promise<FoundLinks> {
  const page = unionAll(links.branches, (branch) => {
    const { from, rest, order } = pageOf(branch, id, after);
    return sql`(${selectBranch(branch, from)} and ${rest} order by ${order} limit ${linksMax})`;
  });
  return readFound(
    db,
    links,
    sql`select next.id, next.is_checked from (select ${id}::text) as walked (id),
      lateral (${page} offset 0) as next (id, is_checked) order by next.id limit ${linksMax}`,
  );
}

/**
 * By the index that begins with what links to the ids, never by one of the ids alone: where many links were
 * forgotten, PostgreSQL believes that to read all of it costs nothing.
 */
function pageOf({ id: linked, orderedBy }: LinkBranch, id: string, after: string) {
  if (!orderedBy) {
    return {
      from: (column: SQLWrapper) => equals(column, sql`${id}`),
      rest: sql`${linked} || '' > ${after}`,
      order: sql`${linked}`,
    };
  }
  return {
    from: (column: SQLWrapper) => sql`${column} <= ${id}`,
    rest: sql`(${orderedBy}, ${linked}) > (${id}, ${after})`,
    order: sql`${orderedBy}, ${linked}`,
  };
}

/** Whether a checked id is kept is asked once, however many links lead to it. */
async function readFound(
  db: Database | Transaction,
  { isKept }: Links,
  select: SQL,
): Promise<FoundLinks> {
  const kept = isKept ? sql`not found.is_checked or ${isKept(sql.raw('found.id'))}` : sql`true`;
  const { rows } = await db.execute<{ id: string; count: number; isKept: boolean }>(sql`
    select found.id, found.count, ${kept} as "isKept" from (
      select id, count(*)::int as count, bool_and(is_checked) as is_checked
      from (${select}) as next group by id offset 0) as found
    order by found.id`);
  return {
    ids: rows.filter((row) => row.isKept).map(({ id }) => id),
    count: rows.reduce((total, { count }) => total + count, 0),
    last: rows.at(-1)?.id,
  };
}

/** Before the id of one that has more links than were followed: no id begins with it. */
const CUT = '!';

/**
 * The ids and what they are linked to, and so on. PostgreSQL ends once it has found enough.
 * @param linksMax of one id
 */
export async function readAhead(
  db: Database | Transaction,
  links: Links,
  ids: readonly string[],
  idsMax: number,
  linksMax: number,
) {
  const all = unionAll(links.branches, (branch) => selectBranch(branch, isWalked));
  const isKept = links.isKept ? links.isKept(sql.raw('read.id')) : sql`true`;
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive walked (id) as (
      select unnest(${sql.param(ids)}::text[])
      union
      select next.id from walked, lateral (
        select case when read.place > ${linksMax} then ${CUT} || walked.id else read.id end
        from (select one.id, one.is_checked, row_number() over () as place
          from (${all} offset 0) as one (id, is_checked)
          where one.id is not null limit ${linksMax + 1}) as read
        where read.place > ${linksMax} or not read.is_checked or ${isKept}
        offset 0) as next (id)
    ) select id from walked limit ${idsMax}`);
  const found = rows.map(({ id }) => id);
  return {
    ids: found.filter((id) => !id.startsWith(CUT)),
    /** Those of which more links are left. */
    cutIds: found.filter((id) => id.startsWith(CUT)).map((id) => id.slice(CUT.length)),
    isWhole: found.length < idsMax,
  };
}

function selectBranch(
  { id, from, isChecked = false }: LinkBranch,
  is: (column: SQLWrapper) => SQL,
): SQL {
  return sql`select ${id}, ${sql.raw(String(isChecked))} ${from(is)}`;
}

function unionAll(branches: readonly LinkBranch[], select: (branch: LinkBranch) => SQL): SQL {
  return sql.join(branches.map(select), sql` union all `);
}
