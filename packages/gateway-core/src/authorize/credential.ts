import type { Denial } from './denial.ts';

/** The two headers that can hold a key, empty where there is none; repeated ones joined by commas. */
export interface Presented {
  readonly authorization: string;
  readonly apiKey: string;
}

const BEARER = /^bearer +/i;
/** How a key of Tollkeeper begins, valid or not. */
const OWN = /^tk_(?:live|test|join)_/;
const SECRET_LENGTH = 46;

const NONE: Denial = {
  code: 'unauthenticated',
  detail: 'Send an API key as "Authorization: Bearer tk_live_…", or as "x-api-key".',
};
const SEVERAL: Denial = {
  code: 'malformed_request',
  detail: 'Two different API keys were sent. Send one, either in Authorization or in x-api-key.',
};

/**
 * The key that the request presents, valid or not. Beside a key of Tollkeeper, anything in the other
 * header is for the upstream. Two different keys are refused: the upstream might use the other one.
 */
export function findCredential({ authorization, apiKey }: Presented): string | Denial {
  const token = bearerToken(authorization);
  // Nearly all requests: one header, with nothing in it that could be a second key.
  if (apiKey === '' && token.length === SECRET_LENGTH) return token;
  if (authorization === '' && apiKey.length === SECRET_LENGTH) return apiKey;
  return choose([...authorization.split(',').map(bearerToken), ...apiKey.split(',')]);
}

function choose(texts: readonly string[]): string | Denial {
  const given = texts.map((each) => each.trim()).filter((each) => each !== '');
  const [own, other] = new Set(given.filter((each) => OWN.test(each)));
  if (other !== undefined) return SEVERAL;
  return own ?? given[0] ?? NONE;
}

/** Empty for any other kind of credential, which is the upstream's. */
function bearerToken(authorization: string): string {
  const text = authorization.trimStart();
  return BEARER.test(text) ? text.replace(BEARER, '').trimEnd() : '';
}
