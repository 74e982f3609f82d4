import type { Denial } from '@tollkeeper/gateway-core';
import { type Call, decided, refuse } from './call.ts';
import { discardBody } from './request-body.ts';
import type { Services } from './services.ts';

const NO_METHOD: Denial = { code: 'method_not_allowed', detail: 'Read this with GET or HEAD.' };

/** Answers with a public document of the configuration, whether or not there are keys. */
export function sendMetadata(services: Services, call: Call, document: string): void {
  const { req, res, cors, startedAt, record } = call;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    refuse(services, call, NO_METHOD);
    return;
  }
  decided(services, call, 'open');
  if (services.isDraining) res.shouldKeepAlive = false;
  const length = Buffer.byteLength(document);
  if (record && req.method === 'GET') record.bytesOut = length;
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(length)];
  res.writeHead(200, [...headers, 'Cache-Control', 'max-age=300', ...(cors?.answer ?? [])]);
  res.end(document);
  discardBody(req);
  services.metrics.answered(startedAt);
}
