import type { Refusal } from './refusal.ts';

/** What a request says in the two headers that can hold a key. */
export interface Presented {
  /** How many of each there are. */
  readonly authorizations: number;
  readonly apiKeys: number;
  readonly authorization: string;
  readonly apiKey: string;
}

const BEARER = /^bearer +/i;

const NONE: Refusal = {
  code: 'unauthenticated',
  detail: 'Send an API key as "Authorization: Bearer tk_live_…", or as "x-api-key".',
};
const SEVERAL: Refusal = {
  code: 'malformed_request',
  detail: 'Send one API key, once: either in Authorization or in x-api-key.',
};

/**
 * The key that the request presents, whatever it is worth. Of two that differ none is taken: the
 * upstream might go by the other one.
 */
export function findCredential(head: Presented): string | Refusal {
  if (head.authorizations > 1 || head.apiKeys > 1) return SEVERAL;
  const bearer = BEARER.test(head.authorization)
    ? head.authorization.replace(BEARER, '').trimEnd()
    : undefined;
  if (head.apiKeys === 0) return bearer ?? NONE;
  return bearer === undefined || bearer === head.apiKey ? head.apiKey : SEVERAL;
}
