import { type Route, routes } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../context.ts';
import { AUTH_ENDPOINTS } from './auth-endpoints.ts';
import { findSecret } from './find-secret.ts';
import { originOf } from './origin.ts';
import { type Refusal, sendRefusal } from './problem.ts';

/** What the server answers beside the routes of the contract and the pages of the dashboard. */
const OTHERS = [
  ...AUTH_ENDPOINTS.map(({ method, name }) => ({ method, path: `/api/auth/${name}` })),
  ...['/healthz', '/readyz', '/openapi.json', '/docs'].map((path) => ({ method: 'GET', path })),
  ...['GET', 'POST'].map((method) => ({ method, path: '/unsubscribe' })),
];

const PATTERNS = [...Object.values<Route>(routes).map(patternOf), ...OTHERS.map(patternOf)];

function patternOf({ method, path, segments }: Pick<Route, 'path' | 'segments'> & Method) {
  const source = path.replace(/\{(\w+)\}/g, (_, name) => (name === segments ? '.+' : '[^/]+'));
  return { method, pattern: new RegExp(`^${source}$`) };
}

interface Method {
  readonly method: string;
}

export type SendNotFound = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** 405 with Allow where another method would be right, else 404. A canary key raises its alarm here as well. */
export function notFoundSender({ canaries, clock }: Pick<Services, 'canaries' | 'clock'>) {
  const sendNotFound: SendNotFound = (request, reply) => {
    const secret = findSecret(request.headers);
    if (typeof secret === 'string') {
      canaries.report('api', secret, originOf(request), clock().getTime());
    }
    const allowed = allowedMethods(request.url.split('?', 1)[0] ?? '');
    // An id that is too long to be routed comes here by a method that would be right.
    if (allowed.length === 0 || allowed.includes(request.method)) {
      return sendRefusal(request, reply, NOT_FOUND);
    }
    const list = allowed.join(', ');
    reply.header('allow', list);
    return sendRefusal(request, reply, {
      code: 'method_not_allowed',
      detail: `This address takes ${list}, not ${request.method}.`,
    });
  };
  return sendNotFound;
}

const NOT_FOUND: Refusal = {
  code: 'not_found',
  detail: 'There is nothing under this address. /docs lists the operations of the API.',
};

function allowedMethods(path: string): string[] {
  const methods = PATTERNS.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  return [...new Set(methods)];
}
