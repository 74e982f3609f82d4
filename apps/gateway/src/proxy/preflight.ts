import type { IncomingMessage } from 'node:http';
import type { Cors } from '../request/cors.ts';
import { type Call, decided } from './call.ts';
import { discardBody } from './request-body.ts';
import type { Services } from './services.ts';

/** Whether a browser asks what a page of another origin may send; it has no key to show for that. */
export function isPreflightOf({ headers }: IncomingMessage, method: string): boolean {
  const { origin, 'access-control-request-method': asked } = headers;
  return method === 'OPTIONS' && origin !== undefined && asked !== undefined;
}

/** Answers a preflight without the upstream; @returns false for any other request */
export function answerPreflight(services: Services, call: Call, cors: Cors): boolean {
  const { req, res, startedAt } = call;
  if (!isPreflightOf(req, req.method ?? '')) return false;
  decided(services, call, 'preflight');
  if (services.isDraining) res.shouldKeepAlive = false;
  res.writeHead(204, [...cors.preflight(req.headers.origin ?? '')]);
  res.end();
  discardBody(req);
  services.metrics.answered(startedAt);
  return true;
}
