import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { expect, it } from 'vitest';
import { chatMessage, testMessage } from './index.ts';

const BASE = { baseUrl: 'https://keys.example' };
const HOSTILE = [...HOSTILE_NAMES, ...HOSTILE_TEXTS];

interface Node {
  readonly type?: string;
  readonly text?: unknown;
  readonly [name: string]: unknown;
}

/** Every object of a message that has a `text` or a `url`. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(nodesOf);
  return Array.isArray(value) ? inside : [value as Node, ...inside];
}

function messageOf(service: 'slack' | 'teams', text: string): Node {
  const shown = {
    kind: 'api_key_changed',
    count: 1,
    text: `X "${text}"`,
    path: '/api-keys/key_1',
  } as const;
  return JSON.parse(chatMessage(BASE, service, text, [shown])) as Node;
}

it.each(HOSTILE)('of Slack keeps $what as text', ({ text }) => {
  const message = messageOf('slack', text);
  expect(message).toMatchObject({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
  const blocks = nodesOf(message.blocks);
  const ours = blocks.filter(({ type }) => type === 'mrkdwn').map((each) => each.text);
  expect(ours).toEqual([
    '<https://keys.example/api-keys/key_1|Open>',
    '<https://keys.example/notifications|All notifications>',
  ]);
  for (const each of blocks.filter(({ type }) => type === 'plain_text')) {
    expect(each).toMatchObject({ emoji: false });
    expect(String(each.text)).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069\u200B\uFEFF]/u);
  }
  // Each line is one code span, and holds none of the characters that begin something else.
  for (const line of String(message.text).split('\n')) expect(line).toMatch(/^`[^`<>]*`$/);
});

it.each(HOSTILE)('of Microsoft Teams keeps $what as text', ({ text }) => {
  const nodes = nodesOf(messageOf('teams', text));
  const types = new Set(nodes.flatMap(({ type }) => type ?? []));
  expect(types).toEqual(
    new Set(['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun', 'Action.OpenUrl']),
  );
  const urls = nodes.flatMap(({ url }) => (url === undefined ? [] : String(url)));
  expect(urls.every((url) => url.startsWith('https://keys.example/'))).toBe(true);
  for (const { text: shown } of nodes.filter(({ type }) => type === 'TextRun')) {
    expect(shown).not.toMatch(/\{\{|[$@]\{|[\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069\u200B\uFEFF]/u);
  }
});

it('fits into what the services take, however long the names are', () => {
  const long = {
    kind: 'gateway_gone',
    count: 1,
    text: '\u{1f511}"\\'.repeat(2000),
    path: '/fleet',
  } as const;
  const shown = Array.from({ length: 24 }, () => long);
  expect(Buffer.byteLength(chatMessage(BASE, 'teams', long.text, shown))).toBeLessThan(28_000);
  const { blocks } = JSON.parse(chatMessage(BASE, 'slack', long.text, shown)) as { blocks: Node[] };
  expect(blocks.length).toBeLessThanOrEqual(50);
});

it('says of a test that it is one', () => {
  for (const service of ['slack', 'teams'] as const) {
    expect(testMessage(BASE, service, 'Acme')).toContain('This channel is connected.');
  }
});
