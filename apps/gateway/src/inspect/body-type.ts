import type { Denial } from '@tollkeeper/gateway-core';
import { lenientName } from '../request/header-kinds.ts';

const NOT_JSON: Denial = {
  code: 'unsupported_media_type',
  detail:
    'The gateway reads bodies here, which must be JSON in UTF-8. Send "Content-Type: application/json", and no Content-Encoding.',
};
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";, \t]*)/gi;

/**
 * Why a body cannot be inspected, by its head alone: an upstream could read in it what was not seen
 * here. Names of headers are compared as the most lenient reader does.
 */
export function bodyTypeFault(rawHeaders: readonly string[]): Denial | undefined {
  let types = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1] ?? '';
    switch (lenientName(rawHeaders[at] ?? '')) {
      case 'content-type':
        types++;
        if (!JSON_TYPE.test(value) || !isUtf8(value)) return NOT_JSON;
        break;
      case 'content-encoding':
        if (value !== '' && value.toLowerCase() !== 'identity') return NOT_JSON;
        break;
      default:
    }
  }
  return types === 1 ? undefined : NOT_JSON;
}

function isUtf8(type: string): boolean {
  return [...type.matchAll(CHARSET)].every(([, charset]) => /^utf-?8$/i.test(charset ?? ''));
}
