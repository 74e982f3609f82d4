import type { IncomingMessage, ServerResponse } from 'node:http';
import { denialAnswer } from '@tollkeeper/gateway-core';
import { scopeSet } from '@tollkeeper/verify';
import { authorizeCall, type VerifiedKey } from './authorize-call.ts';
import type { Verifier } from './create-verifier.ts';
import type { GuardOptions } from './guard-options.ts';

/** What Express adds to a request, and what the guard does. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  /** By Express's own `trust proxy`. */
  readonly ip?: string | undefined;
  tollkeeper?: VerifiedKey;
}

/**
 * Middleware for Express, and for any server of `(request, response, next)`: lets only calls with
 * a valid key pass, and puts whose it is on `request.tollkeeper`.
 * @throws RangeError for an unknown scope
 */
export function expressGuard(verifier: Verifier, { scopes = [] }: GuardOptions = {}) {
  const required = scopeSet(scopes);
  return (request: ExpressRequest, response: ServerResponse, next: () => void): void => {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    const call = {
      authorization,
      apiKey: apiKey?.toString(),
      url: request.originalUrl ?? request.url ?? '',
      ip: request.ip ?? request.socket.remoteAddress ?? '',
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      request.tollkeeper = outcome.key;
      next();
      return;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    response.writeHead(status, [...headers]).end(body);
  };
}
