import { isBodyOptional, type Route, takesEtag } from '@tollkeeper/contract';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import type { Done } from './path-segments.ts';

/**
 * Gives the body what the request leaves out of it or says elsewhere: no body, where that will do, is one
 * without fields, and `If-Match` is the field `etag` of an edit, so that both are compared by the same rule.
 */
export function completeBody(route: Route) {
  const isOptional = isBodyOptional(route);
  const isEdit = takesEtag(route);
  return (request: FastifyRequest, _reply: unknown, done: Done): void => {
    if (isOptional && request.body === undefined) request.body = {};
    const condition = request.headers['if-match'];
    if (condition === undefined || route.changesNothing) done();
    else done(addEtag(request, condition, isEdit));
  };
}

/** Characters that RFC 9110 allows in an entity tag. A weak one never matches, and is none of these. */
const ENTITY_TAG = /^"([\x21\x23-\x7e]+)"$/;

/** A condition that cannot be checked refuses the request, which must not be carried out regardless. */
function addEtag(request: FastifyRequest, condition: string, isEdit: boolean) {
  if (!isEdit) return unreadable('This route cannot check "If-Match". Leave it out.');
  // Whatever is stored: its absence is not_found.
  if (condition === '*') return undefined;
  const etag = ENTITY_TAG.exec(condition)?.[1];
  if (etag === undefined) {
    return unreadable(
      'The header "If-Match" must be one "etag" of the record in quotation marks, or "*".',
    );
  }
  const { body } = request;
  if (typeof body !== 'object' || body === null) return undefined;
  if ('etag' in body && body.etag !== etag) {
    return unreadable('The header "If-Match" and the field "etag" differ. Send one of them.');
  }
  request.body = { ...body, etag };
  return undefined;
}

function unreadable(message: string): DomainError {
  return new DomainError('malformed_request', message);
}
