import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Origin, Services } from '../../../context.ts';
import {
  member,
  notificationPreference,
  notificationRecipient,
  organization,
  user,
} from '../../../db/schema/index.ts';
import { commit } from '../../../write/write.ts';
import { NO_PREFERENCES } from '../channels.ts';
import { memberOfToken } from './unsubscribe-token.ts';

/** Whose mails a link stops, as its page names it. */
export interface Unsubscribed {
  readonly organizationId: string;
  readonly memberId: string;
  readonly organizationName: string;
  readonly memberName: string;
}

/** Changes nothing. @returns undefined for a link that no mail held, and of a member who is gone */
export async function findUnsubscribed(
  { db, notifications }: Pick<Services, 'db' | 'notifications'>,
  token: string,
): Promise<Unsubscribed | undefined> {
  const memberId = memberOfToken(notifications.unsubscribeKey, token);
  if (memberId === undefined) return undefined;
  const [row] = await db
    .select({
      organizationId: member.organizationId,
      memberId: member.id,
      organizationName: organization.name,
      memberName: user.name,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(eq(member.id, memberId), ne(member.status, 'removed'), isNull(organization.deletedAt)),
    );
  return row;
}

/**
 * Stops all mails about notifications to a member, by the link in one of them. The bell stays, and so does what they
 * chose for each kind. A second time changes nothing.
 * @returns undefined for a link that no mail held
 */
export async function unsubscribe(
  services: Services,
  token: string,
  origin: Origin,
): Promise<Unsubscribed | undefined> {
  const found = await findUnsubscribed(services, token);
  if (!found) return undefined;
  const { organizationId, memberId, memberName } = found;
  const source = {
    organizationId,
    actor: { type: 'system', job: 'unsubscribe-link' } as const,
    action: 'notification.unsubscribe' as const,
    origin,
  };
  await commit<undefined>(services, source, async (tx) => {
    const isTheirs = and(
      eq(notificationPreference.organizationId, organizationId),
      eq(notificationPreference.memberId, memberId),
    );
    const [row] = await tx.select().from(notificationPreference).where(isTheirs).for('update');
    if (row?.isMailStopped) return { replayed: undefined };
    await tx
      .insert(notificationPreference)
      .values({ organizationId, memberId, ...NO_PREFERENCES, isMailStopped: true })
      .onConflictDoUpdate({
        target: [notificationPreference.organizationId, notificationPreference.memberId],
        set: { isMailStopped: true },
      });
    await tx
      .update(notificationRecipient)
      .set({ isMailed: false, mailDueAt: null })
      .where(
        and(
          eq(notificationRecipient.organizationId, organizationId),
          eq(notificationRecipient.memberId, memberId),
        ),
      );
    return {
      result: undefined,
      target: { type: 'member', id: memberId, name: memberName },
      before: { isMailStopped: false },
      after: { isMailStopped: true },
      changes: [],
    };
  });
  return found;
}
