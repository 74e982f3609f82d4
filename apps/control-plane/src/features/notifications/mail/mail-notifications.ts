import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import { customRole, heldRoleColumns, roleScopes } from '../../../access/role-scopes.ts';
import type { Services } from '../../../context.ts';
import {
  member,
  notification,
  notificationDefault,
  notificationPreference,
  notificationRecipient,
  organization,
  role,
  user,
} from '../../../db/schema/index.ts';
import { channelOf, includesMail, mayReceive, NO_DEFAULTS, NO_PREFERENCES } from '../channels.ts';
import { notificationPath, notificationText } from '../text/notification-text.ts';
import { notificationMail } from './notification-mail.ts';
import { unsubscribeToken } from './unsubscribe-token.ts';

type MailServices = Pick<Services, 'db' | 'mailer' | 'baseUrl' | 'notifications'>;

interface Message {
  readonly organizationId: string;
  readonly memberId: string;
  readonly numbers: readonly number[];
}

/**
 * Mails a member what they are notified of. Does nothing where they have left, were suspended or chose otherwise
 * meanwhile, and leaves out what their role shows them no longer.
 * @throws Error when the mail server took no mail
 */
export async function mailNotifications(services: MailServices, message: Message): Promise<void> {
  const { mailer, baseUrl, notifications } = services;
  const person = await findPerson(services, message);
  if (!mailer || !person || person.isMailStopped) return;
  const { memberId } = message;
  const items = await readItems(services, message);
  const shown = items.filter(({ kind, isOwner }) => {
    const channel = channelOf(kind, person.channels, person.defaults);
    return includesMail(channel) && mayReceive(kind, person.scopes, isOwner);
  });
  if (shown.length === 0) return;
  const token = unsubscribeToken(notifications.unsubscribeKey, memberId);
  await mailer.send(
    notificationMail({
      to: person.email,
      organizationName: person.organizationName,
      baseUrl,
      unsubscribeUrl: `${baseUrl}/unsubscribe?token=${token}`,
      items: shown.map((item) => ({
        kind: item.kind,
        text: notificationText(item, item.isOwner),
        path: notificationPath(item),
        at: item.at,
      })),
    }),
  );
}

/** Of an active member of an organization that was not deleted. */
async function findPerson({ db }: MailServices, { organizationId, memberId }: Message) {
  const [row] = await db
    .select({
      email: user.email,
      organizationName: organization.name,
      ...heldRoleColumns,
      channels: notificationPreference.channels,
      isMailStopped: notificationPreference.isMailStopped,
      defaults: notificationDefault.channels,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .leftJoin(role, customRole)
    .leftJoin(
      notificationPreference,
      and(
        eq(notificationPreference.organizationId, member.organizationId),
        eq(notificationPreference.memberId, member.id),
      ),
    )
    .leftJoin(notificationDefault, eq(notificationDefault.organizationId, member.organizationId))
    .where(
      and(
        eq(member.organizationId, organizationId),
        eq(member.id, memberId),
        eq(member.status, 'active'),
        isNull(organization.deletedAt),
      ),
    );
  return (
    row && {
      email: row.email,
      organizationName: row.organizationName,
      scopes: roleScopes(row),
      channels: row.channels ?? NO_PREFERENCES.channels,
      isMailStopped: row.isMailStopped ?? NO_PREFERENCES.isMailStopped,
      defaults: row.defaults ?? NO_DEFAULTS.channels,
    }
  );
}

async function readItems({ db }: MailServices, { organizationId, memberId, numbers }: Message) {
  const rows = await db
    .select({ notification, isOwner: notificationRecipient.isOwner })
    .from(notificationRecipient)
    .innerJoin(
      notification,
      and(
        eq(notification.organizationId, notificationRecipient.organizationId),
        eq(notification.number, notificationRecipient.number),
      ),
    )
    .where(
      and(
        eq(notificationRecipient.organizationId, organizationId),
        eq(notificationRecipient.memberId, memberId),
        inArray(notificationRecipient.number, [...numbers]),
      ),
    )
    .orderBy(desc(notification.number));
  return rows.map(({ notification: row, isOwner }) => ({ ...row, isOwner }));
}
