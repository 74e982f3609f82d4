import { and, eq, ne } from 'drizzle-orm';
import { member, user } from '../../db/schema/index.ts';
import type { Origin, Services } from '../../kernel/context.ts';
import { commit } from '../../kernel/write.ts';

/**
 * Writes down a change of how somebody signs in, in each organization that they belong to. Better
 * Auth made the change in a transaction of its own, so this one follows it.
 */
export async function recordSessionEvent(
  services: Services,
  userId: string,
  action: `session.${string}`,
  origin: Origin,
): Promise<void> {
  const memberships = await services.db
    .select({ id: member.id, organizationId: member.organizationId, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.userId, userId), ne(member.status, 'removed')));
  for (const { id, organizationId, name } of memberships) {
    const source = {
      organizationId,
      actor: { type: 'member', memberId: id } as const,
      action,
      origin,
    };
    await commit(services, source, async () => ({
      result: undefined,
      target: { type: 'member', id, name },
      before: null,
      after: null,
      changes: [],
    }));
  }
}
