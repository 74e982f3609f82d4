import type { Invitation } from '@tollkeeper/contract';
import { escapeHtml } from '../../mail/escape-html.ts';
import type { Mail } from '../../mail/mailer.ts';

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
