import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { expect, it } from 'vitest';
import { notificationMail } from './notification-mail.ts';

const at = new Date('2027-01-31T12:00:00Z');
const content = (text: string, organizationName = 'Acme') => ({
  ...{ to: 'dora@example.com', organizationName, baseUrl: 'https://keys.example' },
  unsubscribeUrl: 'https://keys.example/unsubscribe?token=mem_x.y',
  items: [{ kind: 'api_key_changed' as const, text, path: '/api-keys/key_1', at }],
});

it.each([...HOSTILE_NAMES, ...HOSTILE_TEXTS])('keeps $what as text', ({ text }) => {
  for (const mail of [notificationMail(content(text)), notificationMail(content('-', text))]) {
    expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    const tags = [...mail.html.matchAll(/<\/?([a-z]+)/gi)].map(([, tag]) => tag);
    const own = ['html', 'head', 'meta', 'body', 'p', 'ul', 'li', 'bdi', 'br', 'small', 'a'];
    expect(new Set(tags).difference(new Set(own))).toEqual(new Set());
    expect(mail.html).not.toMatch(/<[^>]*\son\w+=/i);
    const links = [...mail.html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    expect(links.every((link) => link?.startsWith('https://keys.example/'))).toBe(true);
  }
});

it('names the way out, to people and to mail programs', () => {
  const { headers, text, html } = notificationMail(content('It happened.'));
  expect(headers).toEqual({
    'List-Unsubscribe': '<https://keys.example/unsubscribe?token=mem_x.y>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
  for (const body of [text, html]) expect(body).toContain('/unsubscribe?token=mem_x.y');
});

it('counts what would be too much for one mail', () => {
  const [item] = content('It happened.').items;
  const items = Array.from({ length: 60 }, () => item).flatMap((each) => each ?? []);
  const mail = notificationMail({ ...content(''), items });
  expect(mail.subject).toBe('60 security notifications from Acme');
  for (const body of [mail.text, mail.html]) {
    expect(body).toContain('and 10 more');
    expect(body.match(/It happened\./g)).toHaveLength(50);
  }
});
