import {
  type Notification,
  notificationKind,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, desc, eq, isNull, lt, or, type SQL } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import { notification, notificationRecipient } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { decodeCursor, encodeCursor } from '../../http/page.ts';
import { mayReceive, receivableKinds } from './channels.ts';
import { notificationPath, notificationText } from './text/notification-text.ts';

type Query = NonNullable<RouteInput<Routes['listNotifications']>['query']>;

/**
 * The bell of the member who is signed in. What their role shows them no longer is left out.
 * @throws DomainError outside_workspace, insufficient_scope for a key
 */
export async function listNotifications(ctx: Ctx, { query }: { query: Query }) {
  requireMember(ctx);
  const limit = Number(query.limit ?? 50);
  const rows = await selectOwn(ctx)
    .where(
      and(
        inBell(ctx),
        query.unread === 'true' ? isNull(notificationRecipient.readAt) : undefined,
        query.cursor === undefined
          ? undefined
          : lt(notificationRecipient.number, placeOf(query.cursor)),
      ),
    )
    .orderBy(desc(notificationRecipient.number))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(notificationView),
    nextCursor:
      rows.length > limit && last
        ? encodeCursor(['number', 'desc', String(last.notification.number), ''])
        : null,
    unreadCount: await countUnread(ctx),
  };
}

/** @throws DomainError outside_workspace, insufficient_scope: only a person in a session has a bell */
export function requireMember(ctx: Ctx): void {
  requireWholeOrganization(ctx);
  if (ctx.actor.type === 'member') return;
  throw new DomainError(
    'insufficient_scope',
    'An API key has no notifications. Sign in to see and choose yours.',
  );
}

export function countUnread(ctx: Ctx): Promise<number> {
  const { db } = ctx.services;
  const unread = selectOwn(ctx)
    .where(and(inBell(ctx), isNull(notificationRecipient.readAt)))
    .as('unread');
  return db.$count(unread);
}

function selectOwn({ services: { db } }: Ctx) {
  return db
    .select({
      notification,
      isOwner: notificationRecipient.isOwner,
      readAt: notificationRecipient.readAt,
    })
    .from(notificationRecipient)
    .innerJoin(
      notification,
      and(
        eq(notification.organizationId, notificationRecipient.organizationId),
        eq(notification.number, notificationRecipient.number),
      ),
    )
    .$dynamic();
}

/** What the caller is notified of in the bell, and may see now. */
function inBell(ctx: Ctx): SQL | undefined {
  return and(
    eq(notificationRecipient.organizationId, ctx.organizationId),
    eq(notificationRecipient.memberId, ctx.actor.memberId),
    eq(notificationRecipient.isInBell, true),
    visibleKinds(ctx),
  );
}

function visibleKinds({ scopes }: Ctx): SQL | undefined {
  const kinds = receivableKinds(scopes);
  const by = (isOwner: boolean) =>
    and(
      eq(notificationRecipient.isOwner, isOwner),
      among(
        notification.kind,
        kinds.filter((kind) => mayReceive(kind, scopes, isOwner)),
      ),
    );
  return or(by(true), by(false));
}

type ViewRow = Awaited<ReturnType<typeof selectOwn>>[number];

function notificationView({ notification: row, isOwner, readAt }: ViewRow): Notification {
  const { id, name, type } = row.subject;
  return {
    id: row.id,
    kind: row.kind,
    isSecurity: notificationKind(row.kind).isSecurity,
    at: row.at.toISOString(),
    text: notificationText(row, isOwner),
    count: row.count,
    eventId: row.eventId,
    subject: { type, id, name },
    path: notificationPath(row),
    readAt: readAt?.toISOString() ?? null,
  };
}

/** @throws DomainError validation_failed */
function placeOf(cursor: string): number {
  const [sort, order, number] = decodeCursor(cursor);
  const place = Number(number);
  if (sort !== 'number' || order !== 'desc' || !/^\d{1,15}$/.test(number)) {
    throw invalidField('cursor', 'belongs to another list; begin again without it');
  }
  return place;
}
