import {
  type NotificationPreferences,
  notificationKind,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { notificationDefault, notificationPreference, user } from '../../db/schema/index.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import {
  type Channels,
  channelOf,
  NO_DEFAULTS,
  NO_PREFERENCES,
  receivableKinds,
  withChannels,
} from './channels.ts';
import { requireMember } from './list-notifications.ts';

/** @throws DomainError outside_workspace, insufficient_scope for a key */
export async function getNotificationPreferences(ctx: Ctx): Promise<NotificationPreferences> {
  requireMember(ctx);
  return viewOf(ctx, ctx.services.db);
}

type Body = RouteInput<Routes['updateNotificationPreferences']>['body'];

/**
 * Saves what the member chose of their own: whatever their role, since they receive no more than it shows them.
 * @throws DomainError outside_workspace, insufficient_scope for a key, edit_conflict
 */
export function updateNotificationPreferences(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<NotificationPreferences> {
  requireMember(ctx);
  const spec = { scope: 'own', action: 'notification.update_preferences' } as const;
  return write<NotificationPreferences>(ctx, spec, async (tx, confirmed) => {
    const { organizationId, actor } = confirmed;
    const before = await readPreferences(tx, confirmed, true);
    const after = {
      channels: withChannels(before.channels, body.channels),
      isMailStopped: body.isMailStopped ?? before.isMailStopped,
    };
    requireUnedited('notification preferences', body.etag, etagOf(before), etagOf(after));
    const key = { organizationId, memberId: actor.memberId };
    await tx
      .insert(notificationPreference)
      .values({ ...key, ...after })
      .onConflictDoUpdate({
        target: [notificationPreference.organizationId, notificationPreference.memberId],
        set: after,
      });
    return unlessUnchanged({
      result: await viewOf(confirmed, tx),
      target: await memberTarget(tx, confirmed),
      before,
      after,
      changes: [],
    });
  });
}

interface Preferences extends Record<string, unknown> {
  readonly channels: Channels;
  readonly isMailStopped: boolean;
}

async function readPreferences(
  db: Database | Transaction,
  { organizationId, actor }: Pick<Ctx, 'organizationId' | 'actor'>,
  isLocked = false,
): Promise<Preferences> {
  const query = db
    .select({
      channels: notificationPreference.channels,
      isMailStopped: notificationPreference.isMailStopped,
    })
    .from(notificationPreference)
    .where(
      and(
        eq(notificationPreference.organizationId, organizationId),
        eq(notificationPreference.memberId, actor.memberId),
      ),
    );
  const [row] = isLocked ? await query.for('update') : await query;
  return row ?? NO_PREFERENCES;
}

async function viewOf(ctx: Ctx, db: Database | Transaction): Promise<NotificationPreferences> {
  const { organizationId, scopes, services } = ctx;
  const [stored] = await db
    .select()
    .from(notificationDefault)
    .where(eq(notificationDefault.organizationId, organizationId));
  const defaults = stored ?? NO_DEFAULTS;
  const preferences = await readPreferences(db, ctx);
  return {
    kinds: receivableKinds(scopes).map((kind) => {
      const { title, description, isSecurity } = notificationKind(kind);
      const channel = channelOf(kind, preferences.channels, defaults.channels);
      const isDefault = preferences.channels[kind] === undefined;
      return { kind, title, description, isSecurity, channel, isDefault };
    }),
    isMailStopped: preferences.isMailStopped,
    isMailConfigured: services.mailer !== null,
    digestHour: defaults.digestHour,
    etag: etagOf(preferences),
  };
}

async function memberTarget(tx: Transaction, { actor }: Ctx): Promise<AuditTarget> {
  const userId = actor.type === 'member' ? actor.userId : '';
  const [row] = await tx.select({ name: user.name }).from(user).where(eq(user.id, userId));
  return { type: 'member', id: actor.memberId, name: row?.name ?? '' };
}
