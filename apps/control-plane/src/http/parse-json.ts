import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain-error.ts';

const NOT_UTF8 = 'The body is not valid UTF-8. Send JSON in UTF-8.';
const OTHER_CHARSET =
  'The body is read as UTF-8, but Content-Type names another charset. Send JSON in UTF-8.';
const ENCODED =
  'Content-Encoding says that the body is encoded, which this server does not read. Send JSON as it is.';
const EMPTY_BODY =
  'The body is empty, but Content-Type announces JSON. Send a JSON object, such as {}, or, where the body is optional, no body and no Content-Type.';

/** What JSON allows around a value (RFC 8259, 2). */
const BLANK = /^[ \t\n\r]*$/;

/**
 * As Fastify parses, but an empty body is refused where JSON is announced, as is everything else
 * that is no object: it may have been lost on its way. A body that is not UTF-8, or that says it is
 * something else, is refused as well: decoded, it would be stored as something else.
 */
export function parseJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const unread = refuseEncoded(request.headers);
    const text = body.toString();
    if (unread) done(unread);
    else if (BLANK.test(text)) done(emptyBody());
    else if (!isUtf8(body as Buffer)) done(new DomainError('malformed_json', NOT_UTF8));
    else parse(request, text, done);
  });
}

const CHARSETS = /;\s*charset\s*=\s*"?([^\s;"]*)/gi;
/** UTF-8 by both of its names, and the part of it that is ASCII. */
const UTF8 = /^(?:utf-?8|us-ascii)$/i;

function refuseEncoded(headers: IncomingHttpHeaders): DomainError | undefined {
  const charsets = (headers['content-type'] ?? '').matchAll(CHARSETS);
  if (![...charsets].every(([, charset = '']) => UTF8.test(charset))) {
    return new DomainError('unsupported_media_type', OTHER_CHARSET);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding.trim().toLowerCase() === 'identity'
    ? undefined
    : new DomainError('unsupported_media_type', ENCODED);
}

function emptyBody(): DomainError {
  const errors = [{ path: 'body', message: 'must be an object' }];
  return new DomainError('validation_failed', EMPTY_BODY, { errors });
}
