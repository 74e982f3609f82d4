import { and, eq, ne, or } from 'drizzle-orm';
import { member, organization, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { commit, type WriteServices } from '../../write/write.ts';
import { requireVerifiedEmail } from '../identity/index.ts';
import { findNamedOrganization } from './find-named-organization.ts';
import { handOverOwnership } from './hand-over-ownership.ts';

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
    action: 'organization.transfer',
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
