import { type Route, routes } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendRefusal } from './problem.ts';

const PATTERNS = Object.values<Route>(routes).map((route) => ({
  method: route.method,
  pattern: new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** 405 with Allow where another method would be right, else 404. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '';
  const allowed = PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (allowed.length > 0) {
    reply.header('allow', [...new Set(allowed)].join(', '));
    return sendRefusal(request, reply, {
      code: 'method_not_allowed',
      detail: `This address takes ${[...new Set(allowed)].join(', ')}, not ${request.method}.`,
    });
  }
  return sendRefusal(request, reply, {
    code: 'not_found',
    detail: 'There is nothing under this address. /docs lists the operations of the API.',
  });
}
