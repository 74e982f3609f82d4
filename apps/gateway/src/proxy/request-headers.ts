import { hasKey } from '@tollkeeper/gateway-core';
import { isAsked } from '../request/connection-options.ts';
import { basicText, withoutKeys } from '../request/credential-places.ts';
import { continueForwarded, forwardedElement, forwardedPrefix } from '../request/forwarded.ts';
import type { Head } from '../request/head.ts';
import { KIND, kindOf, lenientName } from '../request/header-kinds.ts';
import type { Route } from '../request/routes.ts';

/** The length of a key: shorter values cannot hold one. */
const SECRET_LENGTH = 46;
/** Basic credentials after the first element of a list. */
const LATER_BASIC = /,\s*basic[ \t]/i;

/** What the headers of a request to the upstream are made of. */
export interface Origin {
  /** The other end of the connection. */
  readonly peer: string;
  /** Whether what it claims about others is believed. */
  readonly isTrusted: boolean;
  readonly isTls: boolean;
}

/**
 * The headers for the upstream, names and values in turn: the client's without those of the
 * connection, without any that holds a key, this one's or another, and without anything that the
 * gateway or the route sets itself.
 */
export function requestHeaders(
  rawHeaders: readonly string[],
  head: Head,
  route: Route,
  origin: Origin,
): string[] {
  const headers: string[] = [];
  const { ownHeaders } = route;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const kind = kindOf(name);
    if (!isPassed(kind, origin.isTrusted)) continue;
    if (isKeyInName(name)) continue;
    if (holdsKey(value)) {
      addProtocols(headers, name, value);
      continue;
    }
    if (head.connection !== '' && isAsked(head.connection, name.toLowerCase())) continue;
    if (ownHeaders.size > 0 && ownHeaders.has(lenientName(name))) continue;
    headers.push(name, value);
  }
  addForwarded(headers, head, route, origin);
  for (const each of route.headers) headers.push(each);
  return headers;
}

/** A key among the subprotocols of a WebSocket takes its own place along, not those of the others. */
function addProtocols(headers: string[], name: string, value: string): void {
  if (name.toLowerCase() !== 'sec-websocket-protocol') return;
  const rest = withoutKeys(value);
  if (rest !== '') headers.push(name, rest);
}

function isPassed(kind: number, isTrusted: boolean): boolean {
  switch (kind) {
    case KIND.plain:
    case KIND.authorization:
    case KIND.apiKey:
    case KIND.contentLength:
      return true;
    case KIND.claim:
      return isTrusted;
    default:
      return false;
  }
}

function addForwarded(headers: string[], head: Head, route: Route, origin: Origin): void {
  const { peer, isTrusted } = origin;
  const proto = origin.isTls ? 'https' : 'http';
  if (isTrusted) {
    const { forwardedFor, forwardedHost, forwardedProto } = head;
    add(headers, route, 'X-Forwarded-For', forwardedFor === '' ? peer : `${forwardedFor}, ${peer}`);
    add(headers, route, 'X-Forwarded-Host', forwardedHost || head.host);
    add(headers, route, 'X-Forwarded-Proto', forwardedProto || proto);
    add(headers, route, 'Forwarded', continueForwarded(head, peer, proto));
  } else {
    add(headers, route, 'X-Forwarded-For', peer);
    add(headers, route, 'X-Forwarded-Host', head.host);
    add(headers, route, 'X-Forwarded-Proto', proto);
    add(headers, route, 'Forwarded', forwardedElement(peer, head.host, proto));
  }
  const prefix = publicPrefix(head, route, isTrusted);
  if (prefix !== '') add(headers, route, 'X-Forwarded-Prefix', prefix);
  if (head.takesTrailers) headers.push('TE', 'trailers');
}

function add(headers: string[], { ownHeaders }: Route, name: string, value: string): void {
  if (ownHeaders.size === 0 || !ownHeaders.has(lenientName(name))) headers.push(name, value);
}

/** What stands before the upstream's paths in the addresses that clients use, other than its own base. */
export function publicPrefix(
  head: Head,
  { path, stripPrefix }: Pick<Route, 'path' | 'stripPrefix'>,
  isTrusted: boolean,
): string {
  const before = isTrusted ? forwardedPrefix(head) : '';
  return stripPrefix ? before + path : before;
}

/** Trailers that the client sent after the body, without what only a head may say. */
export function requestTrailers(rawTrailers: readonly string[], { ownHeaders }: Route): string[] {
  const trailers: string[] = [];
  for (let i = 0; i < rawTrailers.length; i += 2) {
    const name = rawTrailers[i] ?? '';
    const value = rawTrailers[i + 1] ?? '';
    const isPassed = kindOf(name) === KIND.plain && !ownHeaders.has(lenientName(name));
    if (isPassed && !isKeyInName(name) && !holdsKey(value)) trailers.push(name, value);
  }
  return trailers;
}

function isKeyInName(name: string): boolean {
  return name.length >= SECRET_LENGTH && hasKey(name);
}

/** As it is, escaped, or as the user or the password of RFC 7617, anywhere in a list. */
function holdsKey(value: string): boolean {
  if (value.length < SECRET_LENGTH) return false;
  if (hasKey(value) || hasKey(basicText(value))) return true;
  if (!value.includes(',') || !LATER_BASIC.test(value)) return false;
  return value.split(',').some((each) => hasKey(basicText(each)));
}

/**
 * Whether a key stands where a header is not passed on as it is, but makes up others: it could not
 * be removed without changing what the request asks for.
 */
export function isKeyInHead(head: Head): boolean {
  return (
    holdsKey(head.host) ||
    holdsKey(head.upgrade) ||
    holdsKey(head.trailer) ||
    holdsKey(head.forwardedFor) ||
    holdsKey(head.forwardedHost) ||
    holdsKey(head.forwardedProto) ||
    holdsKey(head.forwardedPrefix) ||
    holdsKey(head.forwarded)
  );
}
