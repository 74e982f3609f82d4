import { randomUUID } from 'node:crypto';
import { type Invitation, type InvitationWithLink, utcTime } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { roleName } from '../../access/role-scopes.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import {
  invitation as invitationTable,
  member,
  organization,
  role,
  user,
} from '../../db/schema/index.ts';
import { escapeHtml, type Mail, type Mailer, mailCodes } from '../../mail/mailer.ts';
import { createToken, hashToken } from '../../random-bytes.ts';
import type { OutboxMessage } from '../../write/outbox.ts';

type Row = typeof invitationTable.$inferSelect;

/** A link that is about to be delivered. */
export interface Delivery {
  readonly token: string;
  /** The message in the outbox that delivers a link in case this process ends before it can. */
  readonly messageId: string;
}

/** How long the request that sends an invitation may take to mail it, in seconds. */
const REQUEST_SECONDS = 60;

export function createDelivery({ randomBytes }: Pick<Services, 'randomBytes'>): Delivery {
  return { token: createToken(randomBytes), messageId: randomUUID() };
}

/** What the transaction stores that sends the invitation; nothing where no mail is configured. */
export function deliveryMessages(
  { services }: Ctx,
  { messageId }: Delivery,
  { id, organizationId, expiresAt }: Pick<Row, 'id' | 'organizationId' | 'expiresAt'>,
): OutboxMessage[] {
  if (!services.mailer) return [];
  const payload = { organizationId, invitationId: id, expiresAt: expiresAt.toISOString() };
  return [{ topic: 'mail-invitation', payload, id: messageId, delaySeconds: REQUEST_SECONDS }];
}

/**
 * Mails the link; where no mail is configured, or none goes out, the caller gets it to hand over.
 * To be called after the commit: a mail cannot be taken back, and must not hold up a transaction.
 */
export async function deliverLink(
  ctx: Ctx,
  invitation: Invitation,
  { token, messageId }: Delivery,
): Promise<InvitationWithLink> {
  const { mailer, log, outbox } = ctx.services;
  const link = invitationLink(ctx.services.baseUrl, token);
  if (!mailer) return { ...invitation, sent: false, link };
  const sent = await sendLink(ctx, mailer, invitation, link);
  if (sent) await markMailed(ctx.services, { ...ctx, invitationId: invitation.id }, token);
  // Else another link would be mailed later, and end this one.
  await outbox.remove('mail-invitation', messageId).catch((error) => {
    log.warn({ err: error, invitationId: invitation.id }, 'invitation may be mailed a second time');
  });
  return sent ? { ...invitation, sent } : { ...invitation, sent, link };
}

async function sendLink(
  ctx: Ctx,
  mailer: Mailer,
  invitation: Invitation,
  link: string,
): Promise<boolean> {
  try {
    const organizationName = await findName(ctx);
    await mailer.send(invitationMail({ invitation, organizationName, link }));
    return true;
  } catch (error) {
    reportUnsent(ctx.services, invitation.id, error);
    return false;
  }
}

function reportUnsent({ log }: Pick<Services, 'log'>, invitationId: string, error: unknown): void {
  log.warn({ invitationId, ...mailCodes(error) }, 'invitation mail could not be sent');
}

/**
 * Mails a link for an invitation whose sender ended before it could mail or show one. Runs from the
 * outbox, which stores no token: so it makes another one, which nobody else has seen. Does nothing once
 * the invitation was mailed, sent again, accepted or withdrawn.
 * @throws Error when the mail server took no mail; it is called again then, and makes another token
 */
export async function mailInvitation(
  services: Services,
  { organizationId, invitationId, expiresAt }: Sent,
): Promise<void> {
  const { db, mailer, randomBytes, baseUrl } = services;
  const found = await findUnmailed(db, { organizationId, invitationId, expiresAt });
  if (!found || !mailer) return;
  const token = createToken(randomBytes);
  const renewed = await db
    .update(invitationTable)
    .set({ tokenHash: hashToken(token) })
    .where(isUnmailed({ organizationId, invitationId, expiresAt }))
    .returning({ id: invitationTable.id });
  if (renewed.length === 0) return;
  const { organizationName, ...invitation } = found;
  try {
    const link = invitationLink(baseUrl, token);
    await mailer.send(invitationMail({ invitation, organizationName, link }));
  } catch (error) {
    reportUnsent(services, invitationId, error);
    // Not what the mail server says: it may repeat the link, and the error is stored.
    throw new Error('The mail server took no mail');
  }
  await markMailed(services, { organizationId, invitationId }, token);
}

/** Notes that nobody has a link, unless the invitation was mailed or sent again since. */
export async function giveUpInvitationMail({ db, clock }: Services, sent: Sent): Promise<void> {
  await db.update(invitationTable).set({ mailFailedAt: clock() }).where(isUnmailed(sent));
}

interface Sent {
  readonly organizationId: string;
  readonly invitationId: string;
  readonly expiresAt: string;
}

function isUnmailed({ organizationId, invitationId, expiresAt }: Sent) {
  return and(
    eq(invitationTable.organizationId, organizationId),
    eq(invitationTable.id, invitationId),
    eq(invitationTable.expiresAt, new Date(expiresAt)),
    eq(invitationTable.linkMailed, false),
  );
}

async function findUnmailed(db: Database, sent: Sent) {
  const [row] = await db
    .select({
      email: invitationTable.email,
      roleId: invitationTable.roleId,
      customName: role.name,
      inviterName: user.name,
      organizationName: organization.name,
    })
    .from(invitationTable)
    .innerJoin(organization, eq(organization.id, invitationTable.organizationId))
    .innerJoin(member, eq(member.id, invitationTable.invitedBy))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(
      role,
      and(
        eq(role.id, invitationTable.roleId),
        eq(role.organizationId, invitationTable.organizationId),
      ),
    )
    .where(isUnmailed(sent));
  return (
    row && {
      organizationName: row.organizationName,
      email: row.email,
      roleName: roleName(row.roleId, row.customName),
      invitedBy: { name: row.inviterName },
      expiresAt: sent.expiresAt,
    }
  );
}

/** Only of the link that was sent: a newer one may have taken its place. */
async function markMailed(
  { db, log }: Pick<Services, 'db' | 'log'>,
  { organizationId, invitationId }: Pick<Sent, 'organizationId' | 'invitationId'>,
  token: string,
): Promise<void> {
  const sent = and(
    eq(invitationTable.organizationId, organizationId),
    eq(invitationTable.id, invitationId),
    eq(invitationTable.tokenHash, hashToken(token)),
  );
  try {
    await db.update(invitationTable).set({ linkMailed: true }).where(sent);
  } catch (error) {
    // The mail is out. Its link works, and proves no address.
    log.warn({ err: error, invitationId }, 'could not record that the invitation was mailed');
  }
}

async function findName({ services, organizationId }: Ctx): Promise<string> {
  const [row] = await services.db
    .select({ name: organization.name })
    .from(organization)
    .where(eq(organization.id, organizationId));
  return row?.name ?? '';
}

interface Content {
  readonly invitation: Pick<Invitation, 'email' | 'roleName' | 'expiresAt'> & {
    readonly invitedBy: { readonly name: string };
  };
  readonly organizationName: string;
  readonly link: string;
}

/** The mail that carries the link, as text and as HTML. */
export function invitationMail({ invitation, organizationName, link }: Content): Mail {
  const until = utcTime(new Date(invitation.expiresAt));
  const says = [
    `${invitation.invitedBy.name} invites you to join ${organizationName} on Tollkeeper as ${invitation.roleName}.`,
    `The link works once, until ${until}. If you did not expect it, you can ignore this mail.`,
  ] as const;
  return {
    to: invitation.email,
    subject: `Join ${organizationName} on Tollkeeper`,
    text: `${says[0]}\n\nAccept the invitation here:\n${link}\n\n${says[1]}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      `<p>${escapeHtml(says[0])}</p>`,
      `<p><a href="${escapeHtml(link)}">Accept the invitation</a></p>`,
      `<p>${escapeHtml(says[1])}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

/** The token is in the fragment, which no browser sends and no server logs. */
function invitationLink(baseUrl: string, token: string): string {
  return `${baseUrl}/accept-invitation#token=${token}`;
}
