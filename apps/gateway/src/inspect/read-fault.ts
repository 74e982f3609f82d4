import type { Denial } from '@tollkeeper/gateway-core';
import { DEPTH_MAX } from './json-cursor.ts';
import type { ReadFault } from './read-members.ts';

/** Longer texts of a client are cut where a denial shows them. */
const SHOWN_MAX = 100;

export function readDenial({ kind, name = '' }: ReadFault): Denial {
  switch (kind) {
    case 'malformed':
      return { code: 'malformed_json', detail: 'The body is not JSON in UTF-8. Correct it.' };
    case 'ambiguous':
      return {
        code: 'ambiguous_body',
        detail: `The body has the name ${shown(name)} twice, or in a spelling that some readers take for another. Send each name once, as the API documents it.`,
      };
    case 'array':
      return {
        code: 'batch_not_supported',
        detail: 'The body is a list. Send each request by itself.',
      };
    case 'not_an_object':
      return invalidMessage('The body must be an object.');
    case 'too_deep':
      return invalidMessage(`The body is nested more than ${DEPTH_MAX} levels deep.`);
  }
}

export function invalidMessage(detail: string): Denial {
  return { code: 'invalid_message', detail };
}

/** As JSON writes it. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}
