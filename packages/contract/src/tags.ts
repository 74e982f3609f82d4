import { z } from 'zod';
import { NO_SECRET, NO_SECRET_RULE, VISIBLE_LINE } from './text.ts';

export const TAGS_MAX = 20;
export const TAG_LENGTH_MAX = 64;

/** As VISIBLE_LINE, but without commas, which separate tags in an address and on a command line. */
export const TAG = new RegExp(VISIBLE_LINE.source.replace('[^', '[^,'), 'u');

export const TAG_RULE =
  'must be visible text on one line, without commas, control or direction-override characters';

export const keyTag = z
  .string()
  .min(1)
  .max(TAG_LENGTH_MAX)
  .regex(TAG, TAG_RULE)
  .regex(NO_SECRET, NO_SECRET_RULE)
  .meta({ examples: ['production'] });

/** Of a request. An answer has them as `normalizeTags` returns them. */
export const keyTags = z.array(keyTag).max(TAGS_MAX);

/**
 * Tags as they are stored: without white space around them, in Unicode's composed form (NFC), each
 * once, sorted by their UTF-16 code units. Upper and lower case differ, as they do in policies.
 */
export function normalizeTags(texts: Iterable<string>): string[] {
  const tags = Array.from(texts, (text) => text.normalize('NFC').trim());
  return [...new Set(tags)].sort();
}
