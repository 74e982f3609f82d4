import { createId, type RouteInput, type Routes } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import { sql } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import { user } from '../../db/schema/index.ts';
import type { DomainError } from '../../domain-error.ts';
import { commit } from '../../write/write.ts';
import { insertUser } from '../identity/index.ts';
import { insertOrganization } from '../organization/index.ts';

type Body = RouteInput<Routes['setup']>['body'];

const SETUP_LOCK = 7_420_003;

/**
 * Creates the first user, the organization, its owner and its default workspace, or nothing.
 * @throws DomainError what `taken` makes, when somebody was faster
 */
export async function createOwner(
  services: Services,
  origin: Origin,
  body: Body,
  taken: () => DomainError,
) {
  const organizationId = createId('organization', services.randomBytes);
  const memberId = createId('member', services.randomBytes);
  const passwordHash = await hashPassword(body.password);
  const actor = { type: 'member', memberId } as const;
  const source = { organizationId, actor, action: 'organization.create', origin };
  return commit(services, source, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    const users = await tx.select({ id: user.id }).from(user).limit(1);
    if (users.length > 0) throw taken();
    const { name, email } = body;
    const userId = await insertUser(tx, { name, email, passwordHash, emailVerified: true });
    if (userId === undefined) throw taken();
    return insertOrganization(tx, services, {
      organizationId,
      memberId,
      userId,
      name: body.organizationName,
    });
  });
}
