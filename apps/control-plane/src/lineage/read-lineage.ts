import { ID_PREFIXES } from '@tollkeeper/contract';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Authority } from '../context.ts';
import { among, readInParts } from '../db/among.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { admission, deletedKey, keyRotation, member, user } from '../db/schema/index.ts';
import type { Admission, Lineage, Link } from './links.ts';
import { type LinkedKey, linkOnce, readKeys } from './read-keys.ts';

/** A member of whom the lineage knows how they came in. */
export interface AdmittedMember {
  readonly id: string;
  readonly roleId: string;
  readonly status: (typeof member.$inferSelect)['status'];
  readonly name: string;
  readonly email: string;
  /** The latest time. */
  readonly admittedAt: Date;
}

export interface ReadLineage extends Lineage {
  readonly members: ReadonlyMap<string, AdmittedMember>;
  /** Those that are not revoked or deleted. */
  readonly keys: ReadonlyMap<string, LinkedKey>;
  /** False where there are more links than were to be read. */
  readonly isComplete: boolean;
}

interface Reading {
  /** Whom the caller removes (`findRemovable`). */
  readonly removable: SQL | undefined;
  /** Of rotations, and of admissions. */
  readonly rowsMax?: number;
  /** The only keys and members that links lead to. */
  readonly ledTo?: readonly string[];
}

/**
 * How keys and members are linked, deleted keys and removed members too; which of them came from a
 * root, `traceDescendants` finds by the times. Of each member it reads all admissions, or leaves the
 * member out: what a part of the others shows is true.
 * @param ids that `addLinked` or `findAncestors` found
 */
export async function readLineage(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  { removable, rowsMax, ledTo }: Reading,
): Promise<ReadLineage> {
  const rotations = await readInParts(
    ids,
    (part, limit) => selectRotations(db, ctx, part, { limit, ledTo }),
    rowsMax,
  );
  const admitted = await readInParts(
    ids,
    (part, limit) => selectAdmitted(db, ctx, part, { limit, ledTo }),
    rowsMax,
  );
  const memberIds = [...new Set([...admitted.rows.map(({ id }) => id), ...ids.filter(isMember)])];
  const admissions = await readInParts(
    memberIds.sort(),
    (part, limit) => selectAdmissions(db, ctx, part, removable, limit),
    rowsMax,
  );
  const whole = admissions.isWhole ? admissions.rows : withoutLast(admissions.rows);
  const removableIds = new Set(whole.filter((row) => row.isRemovable).map(({ id }) => id));
  const { links, keys } = await readKeys(db, ctx, ids);
  const deleted = await readInParts(ids, (part) => selectDeletedKeys(db, ctx, part));
  for (const row of deleted.rows) links.push(linkOfDeletedKey(row, removableIds));
  for (const link of rotations.rows) links.push(link);
  return {
    links,
    admissions: whole.map(toAdmission),
    removable: removableIds,
    keys,
    members: new Map(whole.map((row) => [row.id, row])),
    isComplete: rotations.isWhole && admitted.isWhole && admissions.isWhole,
  };
}

const isMember = (id: string) => id.startsWith(ID_PREFIXES.member);

/** Of the last member, admissions may be missing. */
function withoutLast(rows: readonly AdmissionRow[]): AdmissionRow[] {
  const last = rows.at(-1)?.id;
  return rows.filter(({ id }) => id !== last);
}

function selectDeletedKeys(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
) {
  return db
    .select()
    .from(deletedKey)
    .where(sql`${eq(deletedKey.organizationId, organizationId)} and ${among(deletedKey.id, ids)}`);
}

function linkOfDeletedKey(
  { id, createdBy, createdAt }: typeof deletedKey.$inferSelect,
  members: ReadonlySet<string>,
): Link {
  const link = linkOnce(createdBy, id, createdAt);
  return members.has(createdBy) ? { ...link, lastAt: Number.POSITIVE_INFINITY } : link;
}

interface LinksRead {
  readonly limit: number | null;
  readonly ledTo: readonly string[] | undefined;
}

async function selectRotations(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
  { limit, ledTo }: LinksRead,
): Promise<Link[]> {
  const { rows } = await db.execute<{
    creator: string;
    id: string;
    first: string;
    last: string;
  }>(sql`
    select ${keyRotation.rotatedBy} as creator, ${keyRotation.keyId} as id,
      ${millis(keyRotation.firstAt)} as first, ${millis(keyRotation.lastAt)} as last
    from ${keyRotation}
    where ${keyRotation.organizationId} = ${organizationId} and ${among(keyRotation.rotatedBy, ids)}
      and ${ledTo ? among(keyRotation.keyId, ledTo) : sql`true`}
    limit ${limit}::bigint`);
  return rows.map(({ creator, id, first, last }) => ({
    creator,
    id,
    firstAt: Number(first),
    lastAt: Number(last),
  }));
}

/** As a number that PostgreSQL writes without rounding, and the driver does not parse. */
function millis(column: PgColumn): SQL {
  return sql`(extract(epoch from ${column}) * 1000)::bigint`;
}

/** Whom the keys and members admitted. */
async function selectAdmitted(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
  { limit, ledTo }: LinksRead,
): Promise<{ readonly id: string }[]> {
  const isAsked = ledTo ? sql`admitted.member_id = any(${sql.param(ledTo)}::text[])` : sql`true`;
  const { rows } = await db.execute<{ id: string }>(sql`
    select admitted.member_id as id from ${admission} as admitted
    where admitted.organization_id = ${organizationId}
      and admitted.created_by_key_id = any(${sql.param(ids)}::text[]) and ${isAsked}
    union
    select admitted.member_id from ${admission} as admitted
    where admitted.organization_id = ${organizationId}
      and admitted.invited_by = any(${sql.param(ids)}::text[]) and ${isAsked}
    limit ${limit}::bigint`);
  return rows;
}

/** All admissions of the members: the latest decides. */
function selectAdmissions(
  db: Database | Transaction,
  { organizationId }: Authority,
  memberIds: readonly string[],
  removable: SQL | undefined,
  limit: number | null,
) {
  const rows = db
    .select({
      id: member.id,
      roleId: member.roleId,
      status: member.status,
      name: user.name,
      email: user.email,
      isRemovable: sql<boolean>`${removable ?? sql`false`}`,
      invitedBy: admission.invitedBy,
      createdByKeyId: admission.createdByKeyId,
      invitedAt: admission.invitedAt,
      admittedAt: admission.admittedAt,
    })
    .from(admission)
    .innerJoin(member, sql`${member.id} = ${admission.memberId}`)
    .innerJoin(user, sql`${user.id} = ${member.userId}`)
    .where(
      sql`${admission.organizationId} = ${organizationId} and ${among(admission.memberId, memberIds)}`,
    )
    .orderBy(admission.memberId, admission.admittedAt);
  return limit === null ? rows : rows.limit(limit);
}

type AdmissionRow = Awaited<ReturnType<typeof selectAdmissions>>[number];

function toAdmission(row: AdmissionRow): Admission {
  const { id, invitedBy, createdByKeyId, invitedAt, admittedAt } = row;
  return {
    memberId: id,
    inviters: createdByKeyId === null ? [invitedBy] : [createdByKeyId, invitedBy],
    invitedAt: invitedAt.getTime(),
    admittedAt: admittedAt.getTime(),
  };
}
