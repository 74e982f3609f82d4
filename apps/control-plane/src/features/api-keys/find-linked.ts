import { ID_PREFIXES } from '@tollkeeper/contract';
import { type SQL, sql } from 'drizzle-orm';
import { equals, mayLead } from '../../access/prune-lineage.ts';
import type { Authority } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member } from '../../db/schema/index.ts';

/** Ids whose links one statement reads, so that each ends in time: one may have a thousand links. */
const READ_MAX = 200;

/** From so few ids, one statement goes on: a long line would take one for each link. */
const FEW = 20;
const AHEAD_MAX = 1000;
/** Where links are limited: so many keys may have given each other new secrets. */
const AHEAD_LIMITED_MAX = 100;

export interface LinkedSearch {
  /** Whom the caller removes (`findRemovable`). */
  readonly removable: SQL | undefined;
  readonly idsMax: number;
  /** Links that are looked at: there may be many more of them than ids. */
  readonly rowsMax?: number | undefined;
  /** When it gives up, by `performance.now()`. */
  readonly endsAt?: number;
  /** Whether a few more ids may be added, so that each id has been read wholly or not at all. */
  readonly inWholeReads?: boolean;
}

/**
 * Adds all keys and members that are linked to these, each once, whenever that was. Keys that are
 * revoked and lead nowhere are left out: there may be any number of them.
 * @param known ids to add to, those to begin with included
 * @returns those of which not everything is known that they are linked to, where `known` would have become
 * larger than `idsMax`, or there were too many links, or it took too long
 */
export async function addLinked(
  db: Database | Transaction,
  ctx: Authority,
  known: Set<string>,
  beginWith: readonly string[],
  search: LinkedSearch,
): Promise<readonly string[]> {
  const { removable, idsMax, rowsMax, endsAt, inWholeReads = false } = search;
  const isLate = () => endsAt !== undefined && performance.now() > endsAt;
  const links = linksOf(ctx, removable, rowsMax !== undefined);
  const aheadMax = rowsMax === undefined ? AHEAD_MAX : AHEAD_LIMITED_MAX;
  let latest = beginWith;
  let rowsLeft = rowsMax;
  const addNew = (ids: readonly string[], added: string[]) => {
    for (const id of ids) {
      if (known.has(id)) continue;
      if (known.size >= idsMax && !inWholeReads) return false;
      known.add(id);
      added.push(id);
    }
    return true;
  };
  while (latest.length > 0) {
    const added: string[] = [];
    for (let at = 0; at < latest.length; at += READ_MAX) {
      const ids = latest.slice(at, at + READ_MAX);
      const next = await selectNext(db, links, ids, rowsLeft);
      if (rowsLeft !== undefined) rowsLeft -= next.rowsCount;
      if (!addNew(next.ids, added) || rowsLeft === 0 || isLate()) {
        return [...latest.slice(at), ...added];
      }
      const left = [...latest.slice(at + READ_MAX), ...added];
      if (inWholeReads && known.size >= idsMax && left.length > 0) return left;
    }
    latest = added;
    if (added.length === 0 || added.length > FEW) continue;
    const most = Math.min(aheadMax, idsMax - known.size + added.length + 1);
    const ahead = await selectAhead(db, links, added, most);
    if (!addNew(ahead, added)) return added;
    if (ahead.length < most) return [];
    if (isLate()) return added;
  }
  return [];
}

/** What the ids are linked to. */
async function selectNext(
  db: Database | Transaction,
  links: SQL,
  ids: readonly string[],
  rowsMax: number | undefined,
): Promise<{ readonly ids: readonly string[]; readonly rowsCount: number }> {
  const { rows } = await db.execute<{ id: string; count: number }>(sql`
    select id, count(*)::int as count from (
      select next.id from unnest(${sql.param(ids)}::text[]) as linked (id),
        lateral (${links} offset 0) as next (id) limit ${rowsMax ?? null}::bigint) as next
    group by id`);
  const rowsCount = rows.reduce((total, { count }) => total + count, 0);
  return { ids: rows.map(({ id }) => id), rowsCount };
}

/** The ids and what they are linked to, and so on. PostgreSQL ends once it has found enough. */
async function selectAhead(
  db: Database | Transaction,
  links: SQL,
  ids: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive linked (id) as (
      select unnest(${sql.param(ids)}::text[])
      union
      select next.id from linked, lateral (${links} offset 0) as next (id)
    ) select id from linked limit ${limit}`);
  return rows.map(({ id }) => id);
}

/**
 * A loop by index for each id: joined otherwise, a long line of keys would read all keys once for each
 * of its links. A rotated key is found before its status is asked: PostgreSQL may go through all
 * revoked keys for each of them otherwise. Where links are limited, rotated keys count that are dead, so
 * that nobody looks for one that is not.
 */
function linksOf(
  { organizationId }: Authority,
  removable: SQL | undefined,
  isLimited: boolean,
): SQL {
  const creator = sql`linked.id`;
  const isMember = sql`starts_with(${creator}, ${ID_PREFIXES.member})`;
  const isLeft = sql`not exists (select from (select * from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = ${keyRotation.keyId}
      offset 0) as ${apiKey}
    where not ${mayLead} offset 0)`;
  const ofKeys = sql`
    select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId}
        and ${equals(apiKey.createdByKeyId, creator)} and not ${isMember} and ${mayLead}
    union all
    select ${deletedKey.id} from ${deletedKey}
      where ${deletedKey.organizationId} = ${organizationId}
        and ${equals(deletedKey.createdBy, creator)}
    union all
    select ${keyRotation.keyId} from ${keyRotation}
      where ${keyRotation.organizationId} = ${organizationId}
        and ${equals(keyRotation.rotatedBy, creator)} and ${isLimited ? sql`true` : isLeft}`;
  if (!removable) return ofKeys;
  return sql`${ofKeys}
    union all
    select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${isMember}
        and ${equals(apiKey.memberId, creator)} and ${apiKey.status} in ('active', 'disabled')
    union all
    select ${apiKey.id} from ${apiKey}
      where ${apiKey.organizationId} = ${organizationId} and ${isMember}
        and ${equals(apiKey.memberId, creator)} and ${apiKey.status} = 'revoked' and ${apiKey.leadsOn}
    union all
    select ${member.id} from
      (select ${admission.memberId} from ${admission}
        where ${admission.organizationId} = ${organizationId}
          and ${admission.createdByKeyId} = ${creator} and not ${isMember}
      union all
      select ${admission.memberId} from ${admission}
        where ${admission.organizationId} = ${organizationId} and ${isMember}
          and ${admission.invitedBy} = ${creator}
      offset 0) as admitted (id)
      join ${member} on ${member.id} = admitted.id and ${removable}`;
}
