import { PASSWORD_RESET_MINUTES } from '@tollkeeper/contract';
import { escapeHtml } from '../../mail/escape-html.ts';
import type { Mail } from '../../mail/mailer.ts';

/** The mail that carries the link, as text and as HTML. */
export function resetMail(to: string, baseUrl: string, link: string): Mail {
  const says = [
    `Someone asked to reset the password of your Tollkeeper account at ${baseUrl}.`,
    `The link works once, for ${PASSWORD_RESET_MINUTES} minutes. If you did not ask for it, you can ignore this mail: your password stays as it is.`,
  ] as const;
  return {
    to,
    subject: 'Reset your Tollkeeper password',
    text: `${says[0]}\n\nChoose a new password here:\n${link}\n\n${says[1]}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      `<p>${escapeHtml(says[0])}</p>`,
      `<p><a href="${escapeHtml(link)}">Choose a new password</a></p>`,
      `<p>${escapeHtml(says[1])}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}
