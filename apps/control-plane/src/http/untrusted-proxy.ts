import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/**
 * Says once when requests seem to come through a proxy that the configuration does not name: then
 * all callers look as if they came from its address, and share its limits.
 */
export function warnOfUntrustedProxy(app: FastifyInstance, log: Logger): void {
  let warned = false;
  app.addHook('onRequest', (request, _reply, done) => {
    if (!warned && isForwarded(request) && request.ip === request.socket.remoteAddress) {
      warned = true;
      const { remoteAddress } = request.socket;
      log.warn(
        { peer: remoteAddress },
        'requests arrive with X-Forwarded-For from an address that TOLLKEEPER_TRUSTED_PROXIES does not name: if it is your proxy, name it there; else all callers share its limits',
      );
    }
    done();
  });
}

function isForwarded({ headers }: FastifyRequest): boolean {
  return (
    headers['x-forwarded-for'] !== undefined ||
    headers.forwarded !== undefined ||
    headers['x-real-ip'] !== undefined
  );
}
