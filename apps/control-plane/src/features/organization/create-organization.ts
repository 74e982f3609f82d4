import { createId, visibleLine } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { user } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../kernel/domain-error.ts';
import { commit, type WriteServices } from '../../kernel/write.ts';
import { insertOrganization } from './insert-organization.ts';

/**
 * The operator's command: another organization on the same server, owned by somebody who has an
 * account on it. They then belong to several, and switch.
 * @throws DomainError validation_failed, not_found
 */
export async function createOrganization(
  services: WriteServices,
  name: string,
  ownerEmail: string,
  requestId: string,
) {
  if (!visibleLine(64).safeParse(name).success) {
    throw invalidField('name', 'must be visible text of at most 64 characters');
  }
  const [owner] = await services.db
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, ownerEmail.toLowerCase()));
  if (!owner) throw notFound('account', ownerEmail);
  const organizationId = createId('organization', services.randomBytes);
  const memberId = createId('member', services.randomBytes);
  const source = {
    organizationId,
    actor: { type: 'operator' } as const,
    action: 'organization.create',
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, (tx) =>
    insertOrganization(tx, services, { organizationId, memberId, userId: owner.id, name }),
  );
}
