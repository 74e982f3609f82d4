import type { PolicyVersion, RouteInput, Routes } from '@tollkeeper/contract';
import { and, desc, eq, getTableColumns, lt } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { member, policyVersion, user } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { authorView, readPolicy } from './policy-view.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly query: NonNullable<RouteInput<Routes['listPolicyVersions']>['query']>;
}

/** The newest first. @throws DomainError not_found */
export async function listPolicyVersions(ctx: Ctx, { params, query }: Input) {
  const { db } = ctx.services;
  const { id } = await readPolicy(db, ctx, params.id);
  const limit = Number(query.limit ?? 50);
  const rows = await db
    .select({
      ...getTableColumns(policyVersion),
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(policyVersion)
    .leftJoin(member, eq(member.id, policyVersion.memberId))
    .leftJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(policyVersion))
    .where(and(eq(policyVersion.policyId, id), before(query.cursor, id)))
    .orderBy(desc(policyVersion.number))
    .limit(limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const nextCursor = last ? encodeCursor(['number', 'desc', String(last.number), id]) : null;
  return {
    data: rows.slice(0, limit).map(
      (row): PolicyVersion => ({
        number: row.number,
        text: row.text,
        createdBy: authorView(row),
        createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
        createdAt: row.createdAt.toISOString(),
        restoredFrom: row.restoredFrom,
      }),
    ),
    nextCursor,
  };
}

/** @throws DomainError validation_failed */
function before(cursor: string | undefined, policyId: string) {
  if (cursor === undefined) return undefined;
  const [sort, order, number, id] = decodeCursor(cursor);
  if (sort !== 'number' || order !== 'desc' || id !== policyId || !/^[1-9]\d{0,8}$/.test(number)) {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return lt(policyVersion.number, Number(number));
}
