import type { RawBody, Route } from '@tollkeeper/contract';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { DomainError } from '../domain-error.ts';

/** Registers a route in a scope of its own, in which a body of that type alone is read, as bytes. */
export function registerRawBody(
  app: FastifyInstance,
  { contentType, bytesMax }: RawBody,
  route: RouteOptions,
): void {
  const sendProblem = route.errorHandler ?? app.errorHandler;
  const refusals = new Map([
    [
      'FST_ERR_CTP_BODY_TOO_LARGE',
      new DomainError('body_too_large', `The body may be at most ${bytesMax} bytes.`),
    ],
    [
      'FST_ERR_CTP_INVALID_MEDIA_TYPE',
      new DomainError('unsupported_media_type', `Send the body as ${contentType}.`),
    ],
  ]);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(contentType, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    scope.route({
      ...route,
      bodyLimit: bytesMax,
      errorHandler(error, request, reply) {
        return sendProblem.call(this, refusals.get(error.code) ?? error, request, reply);
      },
      preValidation: async ({ body }) => {
        if (!(body instanceof Uint8Array)) throw refusals.get('FST_ERR_CTP_INVALID_MEDIA_TYPE');
      },
    });
  });
}

/** The field of the handler's input that holds the signature, for a route whose body is signed. */
export function signatureOf({ rawBody }: Route, { headers }: FastifyRequest) {
  return rawBody?.signatureHeader ? { signature: headers[rawBody.signatureHeader] } : {};
}
