import {
  NOTIFICATION_KIND_NAMES,
  type NotificationDefaults,
  notificationKind,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { notificationDefault, organization } from '../../db/schema/index.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import { type Channels, channelOf, NO_DEFAULTS, withChannels } from './channels.ts';

/** @throws DomainError outside_workspace */
export async function getNotificationDefaults(ctx: Ctx): Promise<NotificationDefaults> {
  requireWholeOrganization(ctx);
  return viewOf(await readDefaults(ctx.services.db, ctx));
}

type Body = RouteInput<Routes['updateNotificationDefaults']>['body'];

/** @throws DomainError outside_workspace, edit_conflict */
export function updateNotificationDefaults(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<NotificationDefaults> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'notifications.manage', action: 'notification.update_defaults' } as const;
  return write<NotificationDefaults>(ctx, spec, async (tx, confirmed) => {
    const { organizationId } = confirmed;
    const before = await readDefaults(tx, confirmed);
    const after = {
      channels: withChannels(before.channels, body.channels),
      digestHour: body.digestHour ?? before.digestHour,
    };
    requireUnedited('notification defaults', body.etag, etagOf(before), etagOf(after));
    await tx
      .insert(notificationDefault)
      .values({ organizationId, ...after })
      .onConflictDoUpdate({ target: notificationDefault.organizationId, set: after });
    const [row] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    return unlessUnchanged({
      result: viewOf(after),
      target: { type: 'organization', id: organizationId, name: row?.name ?? '' },
      before,
      after,
      changes: [],
    });
  });
}

interface Defaults extends Record<string, unknown> {
  readonly channels: Channels;
  readonly digestHour: number;
}

/** A change holds the lock of the organization's audit chain, so that no other one is between its look and its write. */
async function readDefaults(
  db: Database | Transaction,
  { organizationId }: Pick<Ctx, 'organizationId'>,
): Promise<Defaults> {
  const [row] = await db
    .select({
      channels: notificationDefault.channels,
      digestHour: notificationDefault.digestHour,
    })
    .from(notificationDefault)
    .where(eq(notificationDefault.organizationId, organizationId));
  return row ?? NO_DEFAULTS;
}

function viewOf(defaults: Defaults): NotificationDefaults {
  return {
    kinds: NOTIFICATION_KIND_NAMES.map((kind) => {
      const { title, description, isSecurity } = notificationKind(kind);
      return {
        kind,
        title,
        description,
        isSecurity,
        channel: channelOf(kind, {}, defaults.channels),
      };
    }),
    digestHour: defaults.digestHour,
    etag: etagOf(defaults),
  };
}
