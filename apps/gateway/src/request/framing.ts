import type { IncomingMessage } from 'node:http';
import { isAsked } from './connection-options.ts';
import type { Head } from './head.ts';

/** `uri-host [ ":" port ]` (RFC 9110, 7.2), without the characters that readers disagree about. */
export const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=]+)(?::\d{1,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]+)(.*)$/i;
/** Bytes that no part of a path or query may hold as they are; in a query, `\` separates nothing. */
const BAD_TARGET = /[^\x21-\x7e]|#|^[^?]*\\/;

/**
 * Why the request could be read in two ways, beside what Node's parser refuses already: both
 * Content-Length and Transfer-Encoding, several Content-Length, bare CR or LF, folded lines.
 */
export function framingFault(req: IncomingMessage, head: Head): string | undefined {
  if (req.httpVersionMajor !== 1 || req.httpVersionMinor > 1) return 'the version is not HTTP/1.1';
  if (head.hosts > 1) return 'there is more than one Host';
  if (head.hosts === 0 && req.httpVersionMinor === 1) return 'there is no Host';
  if (head.hosts === 1 && !HOST.test(head.host)) return 'Host is not a name and a port';
  if (head.transferEncodings > 0) {
    const isChunked = head.transferEncodings === 1 && /^chunked$/i.test(head.transferEncoding);
    if (!isChunked) return 'Transfer-Encoding is not chunked';
    if (req.httpVersionMinor === 0) return 'HTTP/1.0 knows no Transfer-Encoding';
    if (head.contentLength !== undefined) return 'both Transfer-Encoding and Content-Length';
  }
  // One that is dropped with the connection would frame the body for some, and not for others.
  if (isAsked(head.connection, 'transfer-encoding') || isAsked(head.connection, 'content-length')) {
    return 'Connection names a header that frames the body';
  }
  return undefined;
}

/**
 * The path and query that the request asks for, `/` first; undefined where the target is of another
 * form, disagrees with Host, or holds what readers take differently.
 */
export function originForm(url: string, host: string): string | undefined {
  if (BAD_TARGET.test(url)) return undefined;
  if (url.startsWith('/')) return url;
  const [, authority, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (authority?.toLowerCase() !== host.toLowerCase()) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
