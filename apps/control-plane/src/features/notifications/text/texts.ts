import { utcTime } from '@tollkeeper/contract';
import type { notification } from '../../../db/schema/index.ts';

/** What the text of a notification is made of. */
export type TextParts = Pick<
  typeof notification.$inferSelect,
  'kind' | 'reason' | 'subject' | 'facts' | 'count'
>;

/** What is said of one happening, and of many alike. */
export interface Texts {
  readonly one: (parts: TextParts & { readonly name: string }) => string;
  readonly many: (count: string, example: string) => string;
}

type Fact = TextParts['facts'][string] | undefined;

export function dateOf(value: Fact): string {
  const at = new Date(String(value));
  return Number.isNaN(at.getTime()) ? 'an unknown date' : utcTime(at);
}

export function capitalized(value: Fact): string {
  const text = String(value ?? '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
