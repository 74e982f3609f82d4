import { OWNER_ROLE_ID, type RouteInput, type Routes } from '@tollkeeper/contract';
import { and, eq, or } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { member } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError, notFound } from '../../kernel/domain-error.ts';
import { requireWholeOrganization } from '../../kernel/require-whole-organization.ts';
import { write } from '../../kernel/write.ts';
import { requirePassword } from '../identity/index.ts';
import { lockOrganization, organizationView } from './organization-view.ts';

type Body = RouteInput<Routes['transferOrganization']>['body'];

/**
 * Hands the ownership to another active member; who had it becomes an admin.
 * @throws DomainError password_wrong, not_found, invalid_state
 */
export async function transferOrganization(ctx: Ctx, { body }: { body: Body }) {
  requireWholeOrganization(ctx);
  await requirePassword(ctx, body.password);
  const spec = { scope: 'organization.transfer', action: 'organization.transfer' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockOrganization(tx, confirmed);
    const { owner, heir } = await lockBoth(tx, confirmed, body.memberId);
    await tx.update(member).set({ roleId: 'role_admin' }).where(eq(member.id, owner.id));
    await tx.update(member).set({ roleId: OWNER_ROLE_ID }).where(eq(member.id, heir.id));
    return {
      result: organizationView(row),
      target: { type: 'organization', id: row.id, name: row.name },
      before: { ownerId: owner.id, heirRoleId: heir.roleId },
      after: { ownerId: heir.id, formerOwnerRoleId: 'role_admin' },
      changes: [
        { kind: 'member', subjectId: owner.id },
        { kind: 'member', subjectId: heir.id },
      ],
    };
  });
}

async function lockBoth(tx: Transaction, ctx: Ctx, heirId: string) {
  const rows = await tx
    .select()
    .from(member)
    .where(
      and(
        eq(member.organizationId, ctx.organizationId),
        or(eq(member.roleId, OWNER_ROLE_ID), eq(member.id, heirId)),
      ),
    )
    .orderBy(member.id)
    .for('update');
  const owner = rows.find((row) => row.roleId === OWNER_ROLE_ID);
  const heir = rows.find((row) => row.id === heirId);
  if (!owner || !heir || heir.status === 'removed') throw notFound('member', heirId);
  if (heir.id === owner.id)
    throw new DomainError('invalid_state', 'This member owns the organization already.');
  if (heir.status !== 'active') {
    throw new DomainError(
      'invalid_state',
      'The member is suspended. Reinstate them first, or name another one.',
    );
  }
  return { owner, heir };
}
