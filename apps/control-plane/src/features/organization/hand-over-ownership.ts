import { OWNER_ROLE_ID } from '@tollkeeper/contract';
import { and, eq, or } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { member, type organization } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import type { Written } from '../../write/write.ts';

type Organization = typeof organization.$inferSelect;

/**
 * Makes another active member the owner of a locked organization; the former owner becomes an admin.
 * @throws DomainError not_found, invalid_state
 */
export async function handOverOwnership(
  tx: Transaction,
  { id, name }: Organization,
  heirId: string,
): Promise<Omit<Written<never>, 'result'>> {
  const { owner, heir } = await lockBoth(tx, id, heirId);
  await tx.update(member).set({ roleId: 'role_admin' }).where(eq(member.id, owner.id));
  await tx.update(member).set({ roleId: OWNER_ROLE_ID }).where(eq(member.id, heir.id));
  return {
    target: { type: 'organization', id, name },
    before: { ownerId: owner.id, heirRoleId: heir.roleId },
    after: { ownerId: heir.id, formerOwnerRoleId: 'role_admin' },
    changes: [
      { kind: 'member', subjectId: owner.id },
      { kind: 'member', subjectId: heir.id },
    ],
  };
}

async function lockBoth(tx: Transaction, organizationId: string, heirId: string) {
  const rows = await tx
    .select()
    .from(member)
    .where(
      and(
        eq(member.organizationId, organizationId),
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
