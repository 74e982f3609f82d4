import { OWNER_ROLE_ID, type RouteInput, type Routes } from '@tollkeeper/contract';
import { and, eq, ne, or } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { member, organization, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { commit, type WriteServices, type Written, write } from '../../write/write.ts';
import { requirePassword, requireRecentSignIn, requireVerifiedEmail } from '../identity/index.ts';
import { findNamedOrganization } from './find-named-organization.ts';
import { lockOrganization, organizationView } from './get-organization.ts';

type Body = RouteInput<Routes['transferOrganization']>['body'];

/**
 * Hands the ownership to another active member; who had it becomes an admin.
 * @throws DomainError password_wrong, recent_sign_in_required, not_found, invalid_state
 */
export async function transferOrganization(ctx: Ctx, { body }: { body: Body }) {
  requireWholeOrganization(ctx);
  await requirePassword(ctx, body.password);
  const spec = { scope: 'organization.transfer', action: 'organization.transfer' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    await requireRecentSignIn(confirmed, tx);
    const row = await lockOrganization(tx, confirmed);
    const handedOver = await handOverOwnership(tx, row, body.memberId);
    return { result: organizationView(row), ...handedOver };
  });
}

/**
 * The operator's command for an organization whose owner is gone: makes another active member, named
 * by email or id, its owner. The former owner becomes an admin.
 * @param options `confirmAddress`: the operator vouches that the account is the address owner's
 * @throws DomainError not_found, invalid_state
 */
export async function transferByOperator(
  services: WriteServices,
  organizationNamed: string | undefined,
  memberNamed: string,
  requestId: string,
  options: { readonly confirmAddress: boolean },
) {
  const { id, slug } = await findNamedOrganization(services.db, organizationNamed);
  const heir = await findMember(services, id, memberNamed);
  const source = {
    organizationId: id,
    actor: { type: 'operator' } as const,
    action: 'organization.transfer' as const,
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, async (tx) => {
    const [row] = await tx.select().from(organization).where(eq(organization.id, id)).for('update');
    if (!row) throw new DomainError('not_found', `The organization "${slug}" was just deleted.`);
    const confirmedNow = await requireVerifiedEmail(tx, heir.userId, options.confirmAddress);
    const handedOver = await handOverOwnership(tx, row, heir.id);
    return {
      result: { organizationId: id, slug, ownerId: heir.id, ownerEmail: heir.email },
      ...handedOver,
      after: { ...handedOver.after, ...(confirmedNow ? { ownerAddressConfirmed: true } : {}) },
    };
  });
}

async function findMember({ db }: WriteServices, organizationId: string, named: string) {
  const [found] = await db
    .select({ id: member.id, userId: member.userId, email: user.email })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(member.organizationId, organizationId),
        ne(member.status, 'removed'),
        or(eq(member.id, named), eq(user.email, named.toLowerCase())),
      ),
    );
  if (found) return found;
  throw new DomainError(
    'not_found',
    `There is no member "${named}" in that organization. Give an email or a member id.`,
  );
}

type Organization = typeof organization.$inferSelect;

/**
 * Makes another active member the owner of a locked organization; the former owner becomes an admin.
 * @throws DomainError not_found, invalid_state
 */
async function handOverOwnership(
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
