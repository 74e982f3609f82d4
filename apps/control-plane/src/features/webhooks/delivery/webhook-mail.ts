import type { WebhookDisableReason } from '@tollkeeper/contract';
import { and, eq, isNull, or } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { member, organization, user, webhookEndpoint } from '../../../db/schema/index.ts';
import { escapeHtml, type Mail } from '../../../mail/mailer.ts';
import { isEndpoint } from '../endpoint-view.ts';

type MailServices = Pick<Services, 'db' | 'mailer' | 'baseUrl'>;

interface Subject {
  readonly organizationId: string;
  readonly endpointId: string;
}

/**
 * Warns the creator of an endpoint, and the owner, that it fails. Does nothing once it has succeeded since.
 * @throws Error when the mail server took no mail
 */
export async function mailWebhookFailing(
  services: MailServices,
  { failingSince, ...subject }: Subject & { readonly failingSince: string },
): Promise<void> {
  const since = new Date(failingSince);
  const what = await find(services, subject);
  if (what?.endpoint.failingSince?.getTime() !== since.getTime()) return;
  await sendToAll(services, what, `The webhook endpoint ${what.endpoint.name} fails`, [
    `The webhook endpoint ${what.endpoint.name} of ${what.organizationName} has failed since ${since.toUTCString()}.`,
    'Once it has failed for five days, it is disabled, and receives no more events until somebody enables it. The page of the endpoint shows what it answered.',
  ]);
}

const REASONS: Readonly<Record<WebhookDisableReason, string>> = {
  by_request: 'as somebody asked',
  gone: 'since it answered with status 410 (Gone)',
  failing: 'since it has failed for five days',
};

/**
 * Mails the creator of an endpoint, and the owner, that it was disabled. Does nothing once it was enabled again.
 * @throws Error when the mail server took no mail
 */
export async function mailWebhookDisabled(
  services: MailServices,
  { disabledReason, ...subject }: Subject & { readonly disabledReason: WebhookDisableReason },
): Promise<void> {
  const what = await find(services, subject);
  if (what?.endpoint.status !== 'disabled') return;
  await sendToAll(services, what, `The webhook endpoint ${what.endpoint.name} was disabled`, [
    `The webhook endpoint ${what.endpoint.name} of ${what.organizationName} was disabled ${REASONS[disabledReason]}.`,
    'It receives no more events. Enable it once its receiver works again: what was pending is then delivered, and what was given up can be resent.',
  ]);
}

interface Found extends Subject {
  readonly endpoint: typeof webhookEndpoint.$inferSelect;
  readonly organizationName: string;
}

async function find(
  { db, mailer }: MailServices,
  { organizationId, endpointId }: Subject,
): Promise<Found | undefined> {
  if (!mailer) return undefined;
  const [row] = await db
    .select({ endpoint: webhookEndpoint, organizationName: organization.name })
    .from(webhookEndpoint)
    .innerJoin(organization, eq(organization.id, webhookEndpoint.organizationId))
    .where(and(isEndpoint(organizationId, endpointId), isNull(organization.deletedAt)));
  return row && { ...row, organizationId, endpointId };
}

async function sendToAll(
  { db, mailer, baseUrl }: MailServices,
  { organizationId, endpointId, endpoint }: Found,
  subject: string,
  lines: readonly string[],
): Promise<void> {
  const people = await db
    .select({ email: user.email })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(member.organizationId, organizationId),
        eq(member.status, 'active'),
        or(eq(member.id, endpoint.memberId), eq(member.roleId, 'role_owner')),
      ),
    );
  const link = `${baseUrl}/webhooks/${endpointId}`;
  for (const { email } of people) await mailer?.send(mailOf(email, subject, lines, link));
}

function mailOf(to: string, subject: string, lines: readonly string[], link: string): Mail {
  return {
    ...{ to, subject },
    text: `${[...lines, link].join('\n\n')}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
      `<p><a href="${escapeHtml(link)}">Open the endpoint</a></p>`,
      '</body></html>',
    ].join('\n'),
  };
}
