import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { admission, apiKey, deletedKey, keyRotation, member, user } from '../../db/schema/index.ts';
import { among } from './among.ts';
import { findLinked } from './find-linked.ts';
import type { Admission, Lineage, Link } from './trace-descendants.ts';

/** Of whom the lineage tells how they came in. */
export interface AdmittedMember {
  readonly id: string;
  readonly roleId: string;
  readonly status: (typeof member.$inferSelect)['status'];
  readonly name: string;
  readonly email: string;
}

export interface ReadLineage extends Lineage {
  readonly members: ReadonlyMap<string, AdmittedMember>;
  /** Those that are not deleted. */
  readonly keys: readonly LinkedKey[];
  /** False where more keys and members are linked to the roots than were to be read. */
  readonly isComplete: boolean;
}

type LinkedKey = Awaited<ReturnType<typeof selectKeys>>[number];

/**
 * Everything that may have come from the keys, deleted keys and removed members too; which of it
 * did, `traceDescendants` finds by the times.
 * @param removable whom the caller removes (`findRemovable`)
 * @param idsMax of keys and members
 */
export async function readLineage(
  db: Database | Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  removable: SQL | undefined,
  idsMax: number,
): Promise<ReadLineage> {
  const linked = await findLinked(db, ctx, rootIds, removable, idsMax + rootIds.length + 1);
  const isComplete = linked.length <= idsMax + rootIds.length;
  const ids = isComplete ? linked : linked.slice(0, -1);
  const rotationsMax = isComplete ? null : 10 * idsMax;
  return { ...(await readLinked(db, ctx, ids, removable, rotationsMax)), isComplete };
}

/** How these keys and members are linked among each other. */
export async function readLinked(
  db: Database | Transaction,
  ctx: Ctx,
  ids: readonly string[],
  removable: SQL | undefined,
  rotationsMax: number | null = null,
): Promise<Omit<ReadLineage, 'isComplete'>> {
  const admissions = await selectAdmissions(db, ctx, ids, removable);
  const members = new Map(admissions.map((row) => [row.id, row]));
  const removableIds = new Set(admissions.filter((row) => row.isRemovable).map(({ id }) => id));
  const keys = await selectKeys(db, ctx, ids);
  const known = new Set(ids);
  const links = [
    ...keys.flatMap(linksOfKey),
    ...(await selectDeletedKeys(db, ctx, ids, removableIds)),
    ...(await selectRotations(db, ctx, ids, rotationsMax)).filter(({ id }) => known.has(id)),
  ];
  return {
    links,
    admissions: admissions.map(toAdmission),
    removable: removableIds,
    keys,
    members,
  };
}

/** Read by their own ids: a creator may have created far more than is to be read. */
function selectKeys(db: Database | Transaction, { organizationId }: Ctx, ids: readonly string[]) {
  return db
    .select({
      id: apiKey.id,
      memberId: apiKey.memberId,
      createdByKeyId: apiKey.createdByKeyId,
      status: apiKey.status,
      createdAt: apiKey.createdAt,
      handedOverAt: apiKey.handedOverAt,
      revokedAt: apiKey.revokedAt,
    })
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)));
}

/** A member owns a key until it is revoked or handed over; a key created it once. */
function linksOfKey(row: LinkedKey): Link[] {
  const { id, memberId, createdByKeyId, createdAt, handedOverAt, revokedAt } = row;
  const owned = {
    creator: memberId,
    id,
    firstAt: (handedOverAt ?? createdAt).getTime(),
    lastAt: revokedAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
  return createdByKeyId === null ? [owned] : [owned, linkOnce(createdByKeyId, id, createdAt)];
}

function linkOnce(creator: string, id: string, at: Date): Link {
  return { creator, id, firstAt: at.getTime(), lastAt: at.getTime() };
}

async function selectDeletedKeys(
  db: Database | Transaction,
  { organizationId }: Ctx,
  ids: readonly string[],
  members: ReadonlySet<string>,
): Promise<Link[]> {
  const rows = await db
    .select()
    .from(deletedKey)
    .where(and(eq(deletedKey.organizationId, organizationId), among(deletedKey.id, ids)));
  return rows.map(({ id, createdBy, createdAt }) => {
    const link = linkOnce(createdBy, id, createdAt);
    return members.has(createdBy) ? { ...link, lastAt: Number.POSITIVE_INFINITY } : link;
  });
}

async function selectRotations(
  db: Database | Transaction,
  { organizationId }: Ctx,
  ids: readonly string[],
  limit: number | null,
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

/** Of whom the creators admitted, all admissions: the latest decides. */
function selectAdmissions(
  db: Database | Transaction,
  { organizationId }: Ctx,
  ids: readonly string[],
  removable: SQL | undefined,
) {
  const creators = sql`any(${sql.param(ids)}::text[])`;
  return db
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
    .where(sql`${admission.organizationId} = ${organizationId} and ${admission.memberId} = any(array(
      select admitted.member_id from ${admission} as admitted
      where admitted.organization_id = ${organizationId} and admitted.created_by_key_id = ${creators}
      union
      select admitted.member_id from ${admission} as admitted
      where admitted.organization_id = ${organizationId} and admitted.invited_by = ${creators}))`);
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
