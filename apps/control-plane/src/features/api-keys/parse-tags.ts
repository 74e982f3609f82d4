import { normalizeTags, TAG_LENGTH_MAX } from '@tollkeeper/contract';
import { invalidField } from '../../domain-error.ts';

/**
 * The tags of a request as they are stored.
 * @throws DomainError validation_failed
 */
export function parseTags(texts: readonly string[]): string[] {
  return parse(texts, (at) => `tags/${at}`);
}

/**
 * The tags by which a list is filtered, from a text with commas between them.
 * @throws DomainError validation_failed
 */
export function parseTagFilter(text: string): string[] {
  return parse(text.split(','), () => 'tags');
}

/** Only the server can tell the length: the composed form of some texts is longer than they are. */
function parse(texts: readonly string[], pathOf: (at: number) => string): string[] {
  for (const [at, text] of texts.entries()) {
    const [tag = ''] = normalizeTags([text]);
    if (tag === '') throw invalidField(pathOf(at), 'must name a tag between two commas');
    if (Array.from(tag).length > TAG_LENGTH_MAX) {
      throw invalidField(pathOf(at), `must have at most ${TAG_LENGTH_MAX} characters in each tag`);
    }
  }
  return normalizeTags(texts);
}
