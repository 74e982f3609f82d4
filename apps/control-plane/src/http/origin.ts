import { redactSecrets } from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import type { Origin } from '../context.ts';

const USER_AGENT_MAX = 256;

/** Where the request came from. Text from outside is cut and cleaned before it reaches a record. */
export function originOf(request: FastifyRequest): Origin {
  const agent = request.headers['user-agent'];
  return {
    requestId: request.id,
    ip: request.ip,
    userAgent: agent ? cleanAgent(agent) : null,
  };
}

/** What may be stored of a user agent. Cut last: half a key would no longer look like one. */
export function cleanAgent(agent: string): string {
  // Whatever is not printable ASCII has no business in a product token (RFC 9110, 10.1.5).
  return redactSecrets(agent)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, USER_AGENT_MAX);
}
