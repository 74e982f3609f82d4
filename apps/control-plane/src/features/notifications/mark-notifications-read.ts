import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, inArray, isNull, lte } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { notification, notificationRecipient } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { countUnread, requireMember } from './list-notifications.ts';

type Body = RouteInput<Routes['markNotificationsRead']>['body'];

/**
 * Notes what the member has seen. It is no change of the organization, like the time when they were last seen: it
 * has no audit event, which would be one for each look at the bell.
 * @throws DomainError outside_workspace, insufficient_scope for a key, not_found
 */
export async function markNotificationsRead(ctx: Ctx, { body }: { body: Body }) {
  requireMember(ctx);
  const { organizationId, services, actor } = ctx;
  const { db, clock } = services;
  const ids = body.ids ?? (body.upToId === undefined ? [] : [body.upToId]);
  const found = await db
    .select({ id: notification.id, number: notification.number })
    .from(notification)
    .innerJoin(
      notificationRecipient,
      and(
        eq(notificationRecipient.organizationId, notification.organizationId),
        eq(notificationRecipient.number, notification.number),
        eq(notificationRecipient.memberId, actor.memberId),
        eq(notificationRecipient.isInBell, true),
      ),
    )
    .where(and(eq(notification.organizationId, organizationId), inArray(notification.id, ids)));
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound('notification', unknown);
  const numbers = found.map(({ number }) => number);
  await db
    .update(notificationRecipient)
    .set({ readAt: clock() })
    .where(
      and(
        eq(notificationRecipient.organizationId, organizationId),
        eq(notificationRecipient.memberId, actor.memberId),
        isNull(notificationRecipient.readAt),
        body.ids
          ? inArray(notificationRecipient.number, numbers)
          : lte(notificationRecipient.number, numbers[0] ?? 0),
      ),
    );
  return { unreadCount: await countUnread(ctx) };
}
