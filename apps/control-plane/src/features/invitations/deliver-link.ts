import type { Invitation, InvitationWithLink } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { invitation as invitationTable, organization } from '../../db/schema/index.ts';
import { escapeHtml, type Mail, mailCodes } from '../../mail/mailer.ts';
import { hashToken } from '../../mail/one-time-token.ts';

/**
 * Mails the link; where no mail is configured, or none goes out, the caller gets it to hand over.
 * To be called after the commit: a mail cannot be taken back, and must not hold up a transaction.
 */
export async function deliverLink(
  ctx: Ctx,
  invitation: Invitation,
  token: string,
): Promise<InvitationWithLink> {
  const link = invitationLink(ctx.services.baseUrl, token);
  const sent = await sendLink(ctx, invitation, link);
  if (sent) await markMailed(ctx, invitation, token);
  return sent ? { ...invitation, sent } : { ...invitation, sent, link };
}

async function sendLink(ctx: Ctx, invitation: Invitation, link: string): Promise<boolean> {
  const { mailer, log } = ctx.services;
  if (!mailer) return false;
  try {
    const organizationName = await findName(ctx);
    await mailer.send(invitationMail({ invitation, organizationName, link }));
    return true;
  } catch (error) {
    log.warn(
      { invitationId: invitation.id, ...mailCodes(error) },
      'invitation mail could not be sent',
    );
    return false;
  }
}

/** Only of the link that was sent: a newer one may have taken its place. */
async function markMailed(ctx: Ctx, { id }: Invitation, token: string): Promise<void> {
  const { db, log } = ctx.services;
  const sent = and(
    eq(invitationTable.organizationId, ctx.organizationId),
    eq(invitationTable.id, id),
    eq(invitationTable.tokenHash, hashToken(token)),
  );
  try {
    await db.update(invitationTable).set({ linkMailed: true }).where(sent);
  } catch (error) {
    // The mail is out. Its link works, and proves no address.
    log.warn({ err: error, invitationId: id }, 'could not record that the invitation was mailed');
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
  readonly invitation: Invitation;
  readonly organizationName: string;
  readonly link: string;
}

/** The mail that carries the link, as text and as HTML. */
export function invitationMail({ invitation, organizationName, link }: Content): Mail {
  const until = new Date(invitation.expiresAt).toUTCString();
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
