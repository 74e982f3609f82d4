import { disablesAt } from '../features/api-keys/index.ts';
import { escapeHtml } from '../mail/escape-html.ts';
import type { Mail } from '../mail/mailer.ts';
import type { UnusedKey } from './unused-keys.ts';

interface Content {
  readonly owner: { readonly name: string; readonly email: string };
  readonly organizationName: string;
  readonly keys: readonly UnusedKey[];
  readonly baseUrl: string;
}

/** Mail to an owner before keys that they do not use are disabled. */
export function unusedKeysMail({ owner, organizationName, keys, baseUrl }: Content): Mail {
  const says = [
    `${owner.name}, these of your API keys in ${organizationName} are not in use, and will be disabled:`,
    'Use a key before, and it stays. A disabled key can be enabled again.',
  ] as const;
  const lines = keys.map((key) => {
    const at = disablesAt(key, key.unusedDaysMax)?.toUTCString() ?? '';
    return `${key.name} (${key.prefix}…), after ${at}`;
  });
  return {
    to: owner.email,
    subject: `Unused API keys in ${organizationName} will be disabled`,
    text: `${says[0]}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n\n${says[1]}\n${baseUrl}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      `<p>${escapeHtml(says[0])}</p>`,
      `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`,
      `<p>${escapeHtml(says[1])} <a href="${escapeHtml(baseUrl)}">Open Tollkeeper</a></p>`,
      '</body></html>',
    ].join('\n'),
  };
}
