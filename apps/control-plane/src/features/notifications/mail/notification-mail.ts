import { type NotificationKind, notificationKind, utcTime } from '@tollkeeper/contract';
import { escapeHtml, type Mail } from '../../../mail/mailer.ts';

interface MailItem {
  readonly kind: NotificationKind;
  readonly text: string;
  /** Page of the dashboard about it. */
  readonly path: string;
  readonly at: Date;
}

interface Content {
  readonly to: string;
  readonly organizationName: string;
  readonly baseUrl: string;
  readonly unsubscribeUrl: string;
  /** The newest first. */
  readonly items: readonly MailItem[];
}

/** Further ones are counted, and the page lists them. */
const ITEMS_MAX = 50;
const SUBJECT_CHARS_MAX = 120;

/**
 * One mail about one or several notifications, in plain text and in HTML. It says how to stop such mails, also to
 * mail programs (RFC 8058).
 */
export function notificationMail(content: Content): Mail {
  const { to, unsubscribeUrl } = content;
  return {
    to,
    subject: subjectOf(content),
    text: plainText(content),
    html: html(content),
    headers: {
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  };
}

function subjectOf({ items, organizationName }: Content): string {
  const [first] = items;
  const isSecurity = items.some(({ kind }) => notificationKind(kind).isSecurity);
  const what = isSecurity ? 'security notifications' : 'notifications';
  const subject =
    items.length === 1 && first ? first.text : `${items.length} ${what} from ${organizationName}`;
  return cut(oneLine(subject), SUBJECT_CHARS_MAX);
}

/** Names are checked when they are given; a line break in a subject would begin a header of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function cut(text: string, charsMax: number): string {
  const chars = Array.from(text);
  return chars.length <= charsMax ? text : `${chars.slice(0, charsMax - 1).join('')}…`;
}

const lead = ({ organizationName }: Content) => `This happened in ${organizationName}:`;
const rest = ({ items }: Content) =>
  items.length > ITEMS_MAX ? [`and ${items.length - ITEMS_MAX} more`] : [];

function plainText(content: Content): string {
  const { items, baseUrl, unsubscribeUrl } = content;
  return [
    lead(content),
    ...items
      .slice(0, ITEMS_MAX)
      .map(({ text, path, at }) => `- ${text}\n  ${utcTime(at)}\n  ${baseUrl}${path}`),
    ...rest(content),
    `All notifications, and which of them you receive by mail:\n${baseUrl}/notifications`,
    `Receive no more of these mails (needs no sign-in):\n${unsubscribeUrl}\n`,
  ].join('\n\n');
}

const PAGE =
  'font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:0 auto;padding:1rem';

function html(content: Content): string {
  const { items, baseUrl, unsubscribeUrl } = content;
  const link = (url: string, text: string) => `<a href="${escapeHtml(url)}">${text}</a>`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="color-scheme" content="light dark"></head>',
    `<body style="${PAGE}">`,
    `<p>${escapeHtml(lead(content))}</p>`,
    '<ul style="padding-left:1.25rem">',
    ...items
      .slice(0, ITEMS_MAX)
      .map(
        ({ text, path, at }) =>
          `<li style="margin-bottom:0.75rem;overflow-wrap:anywhere"><bdi>${escapeHtml(text)}</bdi><br>` +
          `<small>${utcTime(at)} · ${link(baseUrl + path, 'Open')}</small></li>`,
      ),
    ...rest(content).map((line) => `<li>${line}</li>`),
    '</ul>',
    `<p>${link(`${baseUrl}/notifications`, 'All notifications, and which of them you receive by mail')}</p>`,
    `<p><small>${link(unsubscribeUrl, 'Unsubscribe')}: you receive no more of these mails. This needs no sign-in.</small></p>`,
    '</body></html>',
  ].join('\n');
}
