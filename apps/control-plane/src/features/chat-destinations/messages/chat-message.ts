import {
  type ChatService,
  channelKind,
  type NotificationKind,
  notificationKind,
} from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import type { ChatContent } from './chat-content.ts';
import { slackMessage } from './slack-message.ts';
import { teamsMessage } from './teams-message.ts';

const WRITERS: Readonly<Record<ChatService, (content: ChatContent) => object>> = {
  slack: slackMessage,
  teams: teamsMessage,
};

/** A notification as a message shows it. */
export interface ShownNotification {
  readonly kind: NotificationKind;
  readonly text: string;
  /** How many happenings the line is about. */
  readonly count: number;
  /** Of the dashboard. */
  readonly path: string;
}

/** The body of the request that posts it. */
export function chatMessage(
  { baseUrl }: Pick<Services, 'baseUrl'>,
  service: ChatService,
  organizationName: string,
  shown: readonly ShownNotification[],
): string {
  const items = shown.map(({ kind, text, path }) => {
    const { title } = channelKind(kind);
    const { isSecurity } = notificationKind(kind);
    return { title, isSecurity, text: plainLine(text, TEXT_BYTES_MAX), url: baseUrl + path };
  });
  return write(service, { organizationName, items, url: `${baseUrl}/notifications` });
}

/**
 * The body of a request that posts the same without anything that people wrote: what the service refused may lie in
 * that.
 */
export function withheldMessage(
  { baseUrl }: Pick<Services, 'baseUrl'>,
  service: ChatService,
  shown: readonly ShownNotification[],
): string {
  const items = shown.map(({ kind, count, path }) => {
    const { title } = channelKind(kind);
    const { isSecurity } = notificationKind(kind);
    return { title, isSecurity, text: withheldText(count), url: baseUrl + path };
  });
  return write(service, {
    organizationName: 'Tollkeeper',
    items,
    url: `${baseUrl}/notifications`,
  });
}

function withheldText(count: number): string {
  const text = 'The text of this notification was refused here. Open Tollkeeper to read it.';
  return count === 1 ? text : `${text} It is about ${count.toLocaleString('en')} alike.`;
}

export function testMessage(
  { baseUrl }: Pick<Services, 'baseUrl'>,
  service: ChatService,
  organizationName: string,
): string {
  const item = {
    ...{ title: 'Test message', isSecurity: false, url: `${baseUrl}/chat-destinations` },
    text: 'This channel is connected. It receives the notifications that were chosen for it.',
  };
  return write(service, { organizationName, items: [item], url: `${baseUrl}/notifications` });
}

function write(service: ChatService, content: ChatContent): string {
  const organizationName = plainLine(content.organizationName, NAME_BYTES_MAX);
  return JSON.stringify(WRITERS[service]({ ...content, organizationName }));
}

/** Microsoft Teams takes no message above 28 KB. */
const TEXT_BYTES_MAX = 600;
const NAME_BYTES_MAX = 200;

/** What hides text from its reader, or shows it in another order, or begins a line of its own. */
const DECEPTIVE = /[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]+/gu;

/** One line of visible text, no longer than that in UTF-8. */
function plainLine(text: string, bytesMax: number): string {
  const line = text.replace(DECEPTIVE, ' ');
  if (Buffer.byteLength(line) <= bytesMax) return line;
  const bytes = new Uint8Array(bytesMax);
  const { read } = new TextEncoder().encodeInto(line, bytes);
  return `${line.slice(0, read)}…`;
}
