import { ID_PREFIXES } from '@tollkeeper/contract';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Authority } from '../context.ts';
import { among, readInParts } from '../db/among.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { admission, deletedKey, member, user } from '../db/schema/index.ts';
import type { Admission, Lineage, Link } from './links.ts';
import { type LinkedKey, linkOnce, readKeys } from './read-keys.ts';
import { readRotations, selectRotations, selectRotationsOf } from './read-rotations.ts';
import type { ReadLinks } from './walk-links.ts';

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
  /** Of which ids, and which part of them, the rotations are read; all unless given. */
  readonly reads?: readonly ReadLinks[] | undefined;
}

/**
 * How keys and members are linked, deleted keys and removed members too; which of them came from a
 * root, `traceDescendants` finds by the times. Of each member it reads all admissions, or leaves the
 * member out: what a part of the others shows is true.
 * @param ids that `walkLinks` found
 */
export async function readLineage(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  { removable, rowsMax, reads }: Reading,
): Promise<ReadLineage> {
  const rotations = reads
    ? { rows: await readRotations(db, ctx, ids, reads), isWhole: true }
    : await readInParts(
        ids,
        (part, limit) => selectRotations(db, ctx, { ids: part }, limit),
        rowsMax,
      );
  const admitted = await readInParts(
    ids,
    (part, limit) => selectAdmitted(db, ctx, part, limit),
    rowsMax,
  );
  const memberIds = [...new Set([...admitted.rows.map(({ id }) => id), ...ids.filter(isMember)])];
  const lineage = await readAround(db, ctx, ids, memberIds, {
    removable,
    rotations: rotations.rows,
    rowsMax,
  });
  return { ...lineage, isComplete: rotations.isWhole && admitted.isWhole && lineage.isComplete };
}

/** The same where nothing counts that leads to others than these: all that they came from. */
export async function readAncestry(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  removable: SQL | undefined,
): Promise<ReadLineage> {
  const rotations = await readInParts(ids, (part) => selectRotationsOf(db, ctx, part));
  return readAround(db, ctx, ids, ids.filter(isMember), { removable, rotations: rotations.rows });
}

interface Around {
  readonly removable: SQL | undefined;
  readonly rotations: readonly Link[];
  readonly rowsMax?: number | undefined;
}

async function readAround(
  db: Database | Transaction,
  ctx: Authority,
  ids: readonly string[],
  memberIds: readonly string[],
  { removable, rotations, rowsMax }: Around,
): Promise<ReadLineage> {
  const admissions = await readInParts(
    memberIds.toSorted(),
    (part, limit) => selectAdmissions(db, ctx, part, removable, limit),
    rowsMax,
  );
  const whole = admissions.isWhole ? admissions.rows : withoutLast(admissions.rows);
  const removableIds = new Set(whole.filter((row) => row.isRemovable).map(({ id }) => id));
  const { links, keys } = await readKeys(db, ctx, ids);
  const deleted = await readInParts(ids, (part) => selectDeletedKeys(db, ctx, part));
  for (const row of deleted.rows) links.push(linkOfDeletedKey(row, removableIds));
  for (const link of rotations) links.push(link);
  return {
    links,
    admissions: whole.map(toAdmission),
    removable: removableIds,
    keys,
    members: new Map(whole.map((row) => [row.id, row])),
    isComplete: admissions.isWhole,
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

/** Whom the keys and members admitted. */
async function selectAdmitted(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
  limit: number | null,
): Promise<{ readonly id: string }[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select admitted.member_id as id from ${admission} as admitted
    where admitted.organization_id = ${organizationId}
      and admitted.created_by_key_id = any(${sql.param(ids)}::text[])
    union
    select admitted.member_id from ${admission} as admitted
    where admitted.organization_id = ${organizationId}
      and admitted.invited_by = any(${sql.param(ids)}::text[])
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
