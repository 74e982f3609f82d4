/** Where a request came from on its way here: X-Forwarded-*, and Forwarded (RFC 7239). */
import { parseIpRange, withoutPort } from '@tollkeeper/verify';
import { isRoutePath } from '../config/route-path.ts';
import { HOST } from './framing.ts';
import type { Head } from './head.ts';

type Claims = Pick<
  Head,
  'forwarded' | 'forwardedFor' | 'forwardedHost' | 'forwardedProto' | 'forwardedPrefix'
>;

const PAIR =
  /[ \t]*([!#$%&'*+\-.^`|~\w]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"\\;,]+))[ \t]*(?:([;,])|$)/y;
/** RFC 7239, 6.2. */
const UNKNOWN = 'unknown';
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/**
 * Brings what a proxy says in either header into agreement; whether it is believed is decided later. Many proxies set X-Forwarded-For and
 * pass on whatever Forwarded their client wrote: where the two differ, Forwarded is dropped.
 */
export function adoptForwarded(head: Claims): void {
  if (head.forwarded === '') return;
  const account = readForwarded(head.forwarded);
  if (head.forwardedFor === '') {
    // Of what cannot be read, the proxy's own address would be the only one left.
    head.forwardedFor = account?.addresses.join(', ') ?? UNKNOWN;
    head.forwardedHost ||= account?.host ?? '';
    head.forwardedProto ||= account?.proto ?? '';
  }
  if (!account || !agrees(account, head)) head.forwarded = '';
}

/** The path that proxies removed before the request came here, as one; empty where one is no path. */
export function forwardedPrefix({ forwardedPrefix: claimed }: Claims): string {
  if (claimed === '') return '';
  const paths = claimed.split(',').map((each) => each.trim());
  return paths.every(isRoutePath) ? paths.map((each) => each.replace(/\/$/, '')).join('') : '';
}

/** What a trusted proxy says, with that proxy at its end. @param proto used where it names none */
export function continueForwarded(head: Head, peer: string, proto: string): string {
  const { forwarded, forwardedFor } = head;
  if (forwarded !== '') return `${forwarded}, for=${quoteNode(peer)}`;
  const host = firstHost(head.forwardedHost) || head.host;
  const scheme = firstScheme(head.forwardedProto) || proto;
  if (forwardedFor === '') return forwardedElement(peer, host, scheme);
  const [first = '', ...others] = [...forwardedFor.split(',').map(addressOf), peer];
  const later = others.map((each) => `for=${quoteNode(each)}`);
  return [forwardedElement(first, host, scheme), ...later].join(', ');
}

/** @param host without quotes and backslashes */
export function forwardedElement(address: string, host: string, proto: string): string {
  const node = quoteNode(address);
  return host === '' ? `for=${node};proto=${proto}` : `for=${node};host="${host}";proto=${proto}`;
}

/** The first of a list; empty where Forwarded could not hold it. */
function firstHost(list: string): string {
  const [first = ''] = list.split(',', 1);
  return HOST.test(first.trim()) ? first.trim() : '';
}

function firstScheme(list: string): string {
  const [first = ''] = list.split(',', 1);
  return SCHEME.test(first.trim()) ? first.trim() : '';
}

interface Account {
  /** One for each proxy. */
  readonly addresses: readonly string[];
  /** Those that the client used, as the first proxy that names them received them. */
  readonly host: string;
  readonly proto: string;
}

/** Undefined where it is not in the form of the RFC. */
function readForwarded(text: string): Account | undefined {
  const addresses: string[] = [];
  const claims = new Map<string, string>();
  let address: string | undefined;
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const pair = PAIR.exec(text);
    if (!pair) return undefined;
    const [, name = '', quoted, token = '', separator] = pair;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token;
    const lower = name.toLowerCase();
    if (lower !== 'for') claims.set(lower, claims.get(lower) ?? value);
    else if (address === undefined) address = addressOf(value);
    else return undefined;
    if (separator === ';') continue;
    addresses.push(address ?? UNKNOWN);
    address = undefined;
  }
  if (address !== undefined) return undefined;
  const host = firstHost(claims.get('host') ?? '');
  return { addresses, host, proto: firstScheme(claims.get('proto') ?? '') };
}

function agrees({ addresses, host, proto }: Account, head: Claims): boolean {
  const isSame = (one: string, other: string) =>
    one === '' || other === '' || one.toLowerCase() === other.toLowerCase();
  return (
    head.forwardedFor.split(',').map(addressOf).join() === addresses.join() &&
    isSame(host, firstHost(head.forwardedHost)) &&
    isSame(proto, firstScheme(head.forwardedProto))
  );
}

/** Nothing else that a client may have written gets into Forwarded. */
function addressOf(node: string): string {
  const address = withoutPort(node.trim());
  return parseIpRange(address) && !address.includes('/') ? address.toLowerCase() : UNKNOWN;
}

/** RFC 7239, 6: an IPv6 address is written in brackets and quotes. */
function quoteNode(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}
