import type { RawBody, Route } from '@tollkeeper/contract';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { networkOf } from './network-of.ts';

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

/** The fields of the handler's input that hold the signature and name its key, for a route whose body is signed. */
export function signatureOf({ rawBody }: Route, { headers }: FastifyRequest) {
  if (!rawBody?.signatureHeader) return {};
  const { signatureHeader, keyIdHeader } = rawBody;
  const signature = headers[signatureHeader];
  return keyIdHeader ? { signature, keyId: headers[keyIdHeader] } : { signature };
}

/** Bodies of one large route that a process receives at a time, and of one network: anyone can send them. */
const RECEIVED_MAX = 16;
const RECEIVED_OF_NETWORK_MAX = 4;
const LARGE_BYTES = 1024 * 1024;

/**
 * Bounds the memory that bodies take before it is known whose they are: what lacks its signature is refused
 * unread, and so is what comes while many are on their way. One network that sends slowly shuts out no other.
 */
export function largeBodyGuard({ rawBody }: Route): Pick<RouteOptions, 'onRequest'> {
  if (!rawBody?.signatureHeader || rawBody.bytesMax < LARGE_BYTES) return {};
  const { signatureHeader, keyIdHeader = signatureHeader } = rawBody;
  const received = createReceivedBodies();
  return {
    onRequest(request, reply, done) {
      const { headers } = request;
      if (!headers[signatureHeader] || !headers[keyIdHeader]) {
        done(
          new DomainError(
            'signature_invalid',
            `Send the headers ${keyIdHeader} and ${signatureHeader}.`,
          ),
        );
        return;
      }
      const leave = received.enter(networkOf(request.ip));
      if (!leave) {
        done(
          new DomainError('rate_limited', 'Too many requests are being received. Try again later.'),
        );
        return;
      }
      reply.raw.once('close', leave);
      done();
    },
  };
}

function createReceivedBodies() {
  const byNetwork = new Map<string, number>();
  let total = 0;
  return {
    /** Undefined where there is no room; else to be called once the request has ended. */
    enter(network: string): (() => void) | undefined {
      const ofNetwork = byNetwork.get(network) ?? 0;
      if (total >= RECEIVED_MAX || ofNetwork >= RECEIVED_OF_NETWORK_MAX) return undefined;
      total += 1;
      byNetwork.set(network, ofNetwork + 1);
      return () => {
        total -= 1;
        const left = (byNetwork.get(network) ?? 1) - 1;
        if (left > 0) byNetwork.set(network, left);
        else byNetwork.delete(network);
      };
    },
  };
}
