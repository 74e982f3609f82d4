import type { ChatContent, ChatItem } from './chat-content.ts';

/**
 * An Adaptive Card, as workflows of Microsoft Teams post it. Text that people wrote goes into text runs: text blocks
 * would read it as Markdown.
 */
export function teamsMessage({ organizationName, items, url }: ChatContent): object {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          ...{ type: 'AdaptiveCard', version: '1.4', msteams: { width: 'Full' } },
          // What screen readers say, and clients that cannot show the card.
          fallbackText: `Tollkeeper: ${items.length === 1 ? 'a notification' : `${items.length} notifications`}`,
          body: [
            richText([{ ...run(organizationName), isSubtle: true, size: 'Small' }]),
            ...items.map(itemText),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'All notifications', url }],
        },
      },
    ],
  };
}

function itemText({ title, isSecurity, text, url }: ChatItem): object {
  return {
    ...richText([
      { ...run(`${title}: `), weight: 'Bolder', ...(isSecurity ? { color: 'Attention' } : {}) },
      run(`${text} `),
      { ...run('Open'), selectAction: { type: 'Action.OpenUrl', url } },
    ]),
    spacing: 'Medium',
  };
}

function richText(inlines: readonly object[]): object {
  return { type: 'RichTextBlock', inlines };
}

function run(text: string): object {
  return { type: 'TextRun', text: withoutExpressions(text) };
}

/** Cards, and the workflows that post them, replace `{{DATE(…)}}`, `${…}` and `@{…}` by what these give. */
function withoutExpressions(text: string): string {
  return text.replaceAll(/([{$@])(?=\{)/g, '$1 ');
}
