import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createId, type RouteInput, type Routes } from '@tollkeeper/contract';
import { hashSecret } from '@tollkeeper/verify';
import { hashPassword } from 'better-auth/crypto';
import { sql } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { commit } from '../../write/write.ts';
import { insertUser } from '../identity/index.ts';
import { insertOrganization } from '../organization/index.ts';

type Body = RouteInput<Routes['setup']>['body'];

export interface Setup {
  /** Whether nobody owns the server yet. */
  isOpen(): Promise<boolean>;
  /** The token of the link; printed on the terminal of the server, and nowhere else. */
  readonly token: string;
  /** @throws DomainError setup_token_invalid, already_set_up */
  claim(
    services: Services,
    origin: Origin,
    body: Body,
  ): Promise<{ organizationId: string; memberId: string }>;
}

/** @param configured the operator's own token; without it a random one, new at every start */
export function createSetup(db: Database, configured: string | undefined): Setup {
  const token = configured ?? randomBytes(24).toString('base64url');
  return {
    token,
    isOpen: () => isOpen(db),
    async claim(services, origin, body) {
      if (!(await isOpen(db))) throw alreadySetUp();
      if (!timingSafeEqual(hashSecret(body.token), hashSecret(token))) {
        throw new DomainError(
          'setup_token_invalid',
          'The set-up token is not the one that the server printed when it started. Open the newest link.',
        );
      }
      return createOwner(services, origin, body);
    },
  };
}

async function isOpen(db: Database): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).limit(1);
  return rows.length === 0;
}

const SETUP_LOCK = 7_420_003;

/**
 * Creates the first user, the organization, its owner and its default workspace, or nothing.
 * @throws DomainError already_set_up when somebody was faster
 */
async function createOwner(services: Services, origin: Origin, body: Body) {
  const organizationId = createId('organization', services.randomBytes);
  const memberId = createId('member', services.randomBytes);
  const passwordHash = await hashPassword(body.password);
  const actor = { type: 'member', memberId } as const;
  const source = { organizationId, actor, action: 'organization.create', origin } as const;
  return commit(services, source, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    const users = await tx.select({ id: user.id }).from(user).limit(1);
    if (users.length > 0) throw alreadySetUp();
    const { name, email } = body;
    const userId = await insertUser(tx, { name, email, passwordHash, emailVerified: true });
    if (userId === undefined) throw alreadySetUp();
    return insertOrganization(tx, services, {
      organizationId,
      memberId,
      userId,
      name: body.organizationName,
    });
  });
}

function alreadySetUp(): DomainError {
  return new DomainError('already_set_up', 'This server already has an owner. Sign in instead.');
}
