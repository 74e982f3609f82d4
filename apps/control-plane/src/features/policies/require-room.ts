import { POLICIES_MAX, POLICY_TEXTS_MAX } from '@tollkeeper/contract';
import { and, count, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { policy } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';

/** The workspace, or the organization. */
function inPlace(ctx: Ctx, workspaceId: string | null) {
  return and(
    eq(policy.organizationId, ctx.organizationId),
    workspaceId === null ? isNull(policy.workspaceId) : eq(policy.workspaceId, workspaceId),
  );
}

/** @throws DomainError invalid_state where the place has as many policies as it can */
export async function requireRoom(
  tx: Transaction,
  ctx: Ctx,
  workspaceId: string | null,
): Promise<void> {
  const [row] = await tx
    .select({ policies: count() })
    .from(policy)
    .where(inPlace(ctx, workspaceId));
  if ((row?.policies ?? 0) < POLICIES_MAX) return;
  throw new DomainError(
    'invalid_state',
    `${nameOf(workspaceId)} has ${POLICIES_MAX} policies, which is the most it can have. Delete one first, or write several statements into one policy.`,
  );
}

/**
 * @param own the policy whose text it replaces
 * @throws DomainError invalid_state where the texts of the place would be too long together
 */
export async function requireRoomForText(
  tx: Transaction,
  ctx: Ctx,
  workspaceId: string | null,
  text: string,
  own = '',
): Promise<void> {
  const [row] = await tx
    .select({ length: sql<number>`coalesce(sum(length(${policy.text})), 0)::int` })
    .from(policy)
    .where(and(inPlace(ctx, workspaceId), ne(policy.id, own)));
  const length = (row?.length ?? 0) + text.length;
  if (length <= POLICY_TEXTS_MAX) return;
  throw new DomainError(
    'invalid_state',
    `${nameOf(workspaceId)} would have policies of ${length.toLocaleString('en')} characters, and can have ${POLICY_TEXTS_MAX.toLocaleString('en')}. Shorten or delete policies first.`,
  );
}

function nameOf(workspaceId: string | null): string {
  return workspaceId === null ? 'The organization' : 'The workspace';
}

/** @throws DomainError invalid_state where a policy of the place has the name */
export async function requireFreeName(
  tx: Transaction,
  ctx: Ctx,
  workspaceId: string | null,
  name: string,
  own = '',
): Promise<void> {
  const [taken] = await tx
    .select({ id: policy.id })
    .from(policy)
    .where(
      and(
        inPlace(ctx, workspaceId),
        ne(policy.id, own),
        sql`lower(trim(${policy.name})) = lower(${name})`,
      ),
    )
    .limit(1);
  if (!taken) return;
  throw new DomainError(
    'invalid_state',
    `There is a policy "${name}" already. Choose another name.`,
  );
}
