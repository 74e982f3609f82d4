import type { ChatContent, ChatItem } from './chat-content.ts';

/**
 * A message of Slack's Block Kit. Names that people gave are `plain_text`, which has no mentions, links or
 * formats; links lead to our own pages alone, and nothing is unfurled.
 */
export function slackMessage({ organizationName, items, url }: ChatContent): object {
  return {
    // For notifications, and for services that take the same requests but show no blocks.
    text: [organizationName, ...items.map(({ title, text }) => `${title}: ${text}`)]
      .map(quoted)
      .join('\n'),
    ...{ mrkdwn: false, unfurl_links: false, unfurl_media: false, link_names: false },
    blocks: [
      ...items.flatMap(itemBlocks),
      {
        type: 'context',
        elements: [plain(organizationName), mrkdwn(`<${linkTarget(url)}|All notifications>`)],
      },
    ],
  };
}

function itemBlocks({ title, isSecurity, text, url }: ChatItem): readonly object[] {
  const words = isSecurity ? `${title} (security)` : title;
  return [
    { type: 'section', text: plain(text) },
    { type: 'context', elements: [plain(words), mrkdwn(`<${linkTarget(url)}|Open>`)] },
  ];
}

function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false };
}

/** @param text ours: what others wrote is `plain_text` */
function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** An address of ours, within a link that it must not end. */
function linkTarget(url: string): string {
  return escaped(encodeURI(decodeURI(url))).replaceAll('|', '%7C');
}

/**
 * A line as code: Slack, and the services that take Markdown in its place, find no mention, link or format in it.
 */
function quoted(line: string): string {
  return `\`${escaped(line.replaceAll('`', "'"))}\``;
}

/** The three characters that control Slack's markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
