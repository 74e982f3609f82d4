import { bearerToken, type Denial, hasKey, sortCredentials } from '@tollkeeper/gateway-core';

/** Where a route takes keys from, unless by the two headers that every route takes them from. */
export interface Credentials {
  /** The key that the request presents, valid or not. @param rawHeaders names and values in turn */
  find(rawHeaders: readonly string[]): string | Denial;
}

export interface PreparedCredentials {
  /** Null for the default, which `findCredential` reads faster. */
  readonly credentials: Credentials | null;
  /** Values of WWW-Authenticate; undefined for the default. */
  readonly challenges: readonly string[] | undefined;
}

export const DEFAULT_PLACES: readonly string[] = ['bearer', 'x-api-key'];
/** A key in the list of subprotocols, since browsers let no page set a header of a WebSocket. */
const PROTOCOL_PREFIX = 'openai-insecure-api-key.';
const BASIC = /^\s*basic[ \t]+(.+)$/i;

const SEVERAL: Denial = {
  code: 'malformed_request',
  detail: 'Two different API keys were sent. Send one.',
};

/**
 * Two different keys are refused as on every route, also where the route takes only one of them: the
 * upstream, or the client's author, might go by the other.
 * @param places `bearer`, `basic`, `websocket-protocol`, or names of headers in lower case
 * @param metadataUrl where clients read how to get a key
 */
export function prepareCredentials(
  places: readonly string[],
  metadataUrl: string | null,
): PreparedCredentials {
  const accepted = new Set(places);
  const isDefault = accepted.size === 2 && DEFAULT_PLACES.every((each) => accepted.has(each));
  return {
    credentials: isDefault ? null : credentialsAt(places),
    challenges:
      isDefault && metadataUrl === null ? undefined : challengesFor(accepted, metadataUrl),
  };
}

function credentialsAt(places: readonly string[]): Credentials {
  const accepted = new Set(places);
  const everywhere = new Set([...places, ...DEFAULT_PLACES, 'basic', 'websocket-protocol']);
  const none: Denial = {
    code: 'unauthenticated',
    detail: `Send an API key as ${[...accepted].map(describe).join(', or as ')}.`,
  };
  return {
    find(rawHeaders) {
      const { other } = sortCredentials(textsAt(everywhere, rawHeaders));
      if (other !== undefined) return SEVERAL;
      const { own, first } = sortCredentials(textsAt(accepted, rawHeaders));
      return own ?? first ?? none;
    },
  };
}

/** What clients of each kind wait for: git and pip send a password once they are asked for one. */
function challengesFor(accepted: ReadonlySet<string>, metadataUrl: string | null): string[] {
  const basic = accepted.has('basic') ? ['Basic realm="tollkeeper", charset="UTF-8"'] : [];
  const isOnlyBasic = accepted.size === 1 && basic.length > 0;
  const metadata = metadataUrl === null ? '' : `, resource_metadata="${metadataUrl}"`;
  return isOnlyBasic ? basic : [`Bearer realm="tollkeeper"${metadata}`, ...basic];
}

/** All that may be a key. */
function textsAt(places: ReadonlySet<string>, rawHeaders: readonly string[]): string[] {
  const texts: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    for (const part of rawHeaders[i + 1]?.split(',') ?? []) {
      if (places.has(name)) texts.push(part);
      else if (name === 'authorization') {
        if (places.has('bearer')) texts.push(bearerToken(part));
        if (places.has('basic')) texts.push(...userAndPassword(part));
      } else if (name === 'sec-websocket-protocol' && places.has('websocket-protocol')) {
        texts.push(protocolKey(part.trim()));
      }
    }
  }
  return texts;
}

/** The password first: beside it, most clients send a name that means nothing. */
function userAndPassword(authorization: string): string[] {
  const text = basicText(authorization);
  const colon = text.indexOf(':');
  return colon < 0 ? [text] : [text.slice(colon + 1), text.slice(0, colon)];
}

/** What RFC 7617 encodes; empty for any other kind of credential. */
export function basicText(authorization: string): string {
  const [, encoded] = BASIC.exec(authorization) ?? [];
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('latin1');
}

function protocolKey(protocol: string): string {
  return protocol.startsWith(PROTOCOL_PREFIX) ? protocol.slice(PROTOCOL_PREFIX.length) : '';
}

/** The subprotocols of a WebSocket without those that hold a key; empty if none is left. */
export function withoutKeys(protocols: string): string {
  return protocols
    .split(',')
    .map((each) => each.trim())
    .filter((each) => !hasKey(each) && !hasKey(basicText(each)))
    .join(', ');
}

function describe(place: string): string {
  switch (place) {
    case 'bearer':
      return '"Authorization: Bearer tk_live_…"';
    case 'basic':
      return 'the password or user of "Authorization: Basic …"';
    case 'websocket-protocol':
      return `the subprotocol "${PROTOCOL_PREFIX}tk_live_…"`;
    default:
      return `"${place}"`;
  }
}
