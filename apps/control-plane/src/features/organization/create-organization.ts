import { createId, OWNER_ROLE_ID, visibleLine } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { member, organization } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { commit, type WriteServices, type Written } from '../../write/write.ts';
import { findVerifiedUser } from '../identity/index.ts';
import { insertWorkspace } from '../workspaces/index.ts';

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
    action: 'organization.create' as const,
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

interface NewOrganization {
  readonly organizationId: string;
  /** Of the member that becomes its owner. */
  readonly memberId: string;
  readonly userId: string;
  readonly name: string;
}

/** An organization with its owner and its default workspace. */
export async function insertOrganization(
  tx: Transaction,
  services: WriteServices,
  { organizationId, memberId, userId, name }: NewOrganization,
): Promise<Written<{ organizationId: string; memberId: string; slug: string }>> {
  const { clock, randomBytes } = services;
  const createdAt = clock();
  const slug = await freeSlug(tx, name, organizationId);
  await tx.insert(organization).values({ id: organizationId, name, slug, createdAt });
  await tx.insert(member).values({
    id: memberId,
    organizationId,
    userId,
    roleId: OWNER_ROLE_ID,
    status: 'active',
    createdAt,
  });
  const workspaceId = createId('workspace', randomBytes);
  await insertWorkspace(tx, services, {
    id: workspaceId,
    organizationId,
    name: 'default',
    environment: 'live',
    createdAt,
  });
  return {
    result: { organizationId, memberId, slug },
    target: { type: 'organization', id: organizationId, name },
    before: null,
    after: { name, slug, plan: 'free', ownerId: memberId, workspaceId },
    changes: [
      { kind: 'member', subjectId: memberId },
      { kind: 'workspace', subjectId: workspaceId },
    ],
  };
}

/** Two organizations of one name tell apart by the end of their ids. */
async function freeSlug(tx: Transaction, name: string, organizationId: string): Promise<string> {
  const slug = slugOf(name);
  const [taken] = await tx
    .select({ id: organization.id })
    .from(organization)
    .where(eq(organization.slug, slug));
  return taken ? `${slug.slice(0, 42)}-${organizationId.slice(-5).toLowerCase()}` : slug;
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 48);
  return slug || 'organization';
}
