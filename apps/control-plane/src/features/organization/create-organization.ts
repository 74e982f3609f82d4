import { createId, visibleLine } from '@tollkeeper/contract';
import { invalidField } from '../../domain-error.ts';
import { commit, type WriteServices } from '../../write/write.ts';
import { findVerifiedUser } from '../identity/index.ts';
import { insertOrganization } from './insert-organization.ts';

/**
 * The operator's command: another organization on the same server, owned by somebody who has an
 * account on it. They then belong to several, and switch.
 * @param options `confirmAddress`: the operator vouches that the account is the address owner's
 * @throws DomainError validation_failed, not_found, invalid_state
 */
export async function createOrganization(
  services: WriteServices,
  name: string,
  ownerEmail: string,
  requestId: string,
  options: { readonly confirmAddress: boolean },
) {
  if (!visibleLine(64).safeParse(name).success) {
    throw invalidField('name', 'must be visible text of at most 64 characters');
  }
  const organizationId = createId('organization', services.randomBytes);
  const memberId = createId('member', services.randomBytes);
  const source = {
    organizationId,
    actor: { type: 'operator' } as const,
    action: 'organization.create',
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit(services, source, async (tx) => {
    const owner = await findVerifiedUser(tx, ownerEmail, options.confirmAddress);
    const inserted = { organizationId, memberId, userId: owner.id, name };
    const written = await insertOrganization(tx, services, inserted);
    const confirmed = owner.confirmedNow ? { ownerAddressConfirmed: true } : {};
    return { ...written, after: { ...written.after, ...confirmed } };
  });
}
