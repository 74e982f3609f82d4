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
 * unread, and so is what comes while many are on their way. Networks that send slowly shut out no other: where
 * there is no room, the one with most of them loses its oldest.
 */
export function largeBodyGuard({ rawBody }: Route): Pick<RouteOptions, 'onRequest'> {
  if (!rawBody?.signatureHeader || rawBody.bytesMax < LARGE_BYTES) return {};
  const { signatureHeader, keyIdHeader = signatureHeader } = rawBody;
  const received = createReceivedBodies();
  return {
    onRequest(request, reply, done) {
      const { headers, raw } = request;
      if (!headers[signatureHeader] || !headers[keyIdHeader]) {
        done(
          new DomainError(
            'signature_invalid',
            `Send the headers ${keyIdHeader} and ${signatureHeader}.`,
          ),
        );
        return;
      }
      const leave = received.enter(networkOf(request.ip), () => {
        if (raw.complete) return false;
        raw.destroy();
        return true;
      });
      if (!leave) {
        done(new DomainError('rate_limited', 'Too many requests are being received.'));
        return;
      }
      reply.raw.once('close', leave);
      done();
    },
  };
}

/** Breaks a request off, unless its body is there. @returns whether it did */
type BreakOff = () => boolean;

function createReceivedBodies() {
  /** The oldest first. */
  const byNetwork = new Map<string, Set<BreakOff>>();
  const total = () => [...byNetwork.values()].reduce((sum, { size }) => sum + size, 0);

  function remove(network: string, breakOff: BreakOff): void {
    const ofNetwork = byNetwork.get(network);
    if (ofNetwork?.delete(breakOff) && ofNetwork.size === 0) byNetwork.delete(network);
  }

  /** Breaks off the oldest of the network with most, where that has more than `count`. */
  function makeRoom(count: number): boolean {
    const [most] = [...byNetwork].sort(([, a], [, b]) => b.size - a.size);
    if (!most || most[1].size <= count) return false;
    const [network, ofNetwork] = most;
    const broken = [...ofNetwork].find((breakOff) => breakOff());
    if (broken) remove(network, broken);
    return broken !== undefined;
  }

  return {
    /**
     * Undefined where there is no room; else to be called once the request has ended.
     */
    enter(network: string, breakOff: BreakOff): (() => void) | undefined {
      const count = (byNetwork.get(network)?.size ?? 0) + 1;
      if (count > RECEIVED_OF_NETWORK_MAX) return undefined;
      if (total() >= RECEIVED_MAX && !makeRoom(count)) return undefined;
      byNetwork.set(network, (byNetwork.get(network) ?? new Set()).add(breakOff));
      return () => remove(network, breakOff);
    },
  };
}
