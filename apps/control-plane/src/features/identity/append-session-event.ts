import type { AuditAction } from '@tollkeeper/contract';
import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { member, organization, user } from '../../db/schema/index.ts';
import { append } from '../../write/append.ts';
import { type AuditActor, type Facts, lockChainEnd } from '../../write/audit.ts';

interface SessionEvent {
  readonly action: AuditAction;
  readonly after: Facts | null;
  readonly origin: Origin;
  /** The member themselves, unless it was somebody else. */
  readonly actor?: AuditActor;
}

/**
 * Records a change of how somebody signs in, in each organization that they belong to and in the
 * transaction that changes it, which `userTransaction` began: it has locked the chains already, but for
 * that of an organization that they joined since.
 */
export async function appendSessionEvent(
  tx: Transaction,
  services: Pick<Services, 'clock' | 'randomBytes'>,
  userId: string,
  { action, after, origin, actor }: SessionEvent,
): Promise<void> {
  const memberships = await tx
    .select({ id: member.id, organizationId: member.organizationId, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(eq(member.userId, userId), ne(member.status, 'removed'), isNull(organization.deletedAt)),
    )
    .orderBy(asc(member.organizationId));
  for (const { id, organizationId, name } of memberships) {
    const end = await lockChainEnd(tx, organizationId);
    const event = {
      organizationId,
      actor: actor ?? ({ type: 'member', memberId: id } as const),
      action,
      target: { type: 'member', id, name } as const,
      before: null,
      after,
      origin,
    };
    const { lastChange } = await append(tx, services, end, [event]);
    await lastChange;
  }
}
