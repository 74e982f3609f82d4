import { denialAnswer } from '@tollkeeper/gateway-core';
import { scopeSet } from '@tollkeeper/verify';
import { authorizeCall, type VerifiedKey } from './authorize-call.ts';
import type { Verifier } from './create-verifier.ts';
import type { GuardOptions } from './guard-options.ts';

/** What the guard needs of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  readonly env: unknown;
  set(name: 'tollkeeper', key: VerifiedKey): void;
}

/**
 * Middleware for Hono: lets only calls with a valid key pass, and sets `tollkeeper` in the context.
 * @param options.ip where a request comes from: Hono does not know; with its Node server that is
 * `(c) => getConnInfo(c).remote.address ?? ''`. Without it, keys bound to addresses are refused.
 * @throws RangeError for an unknown scope
 */
export function honoGuard<C extends HonoContext>(
  verifier: Verifier,
  { scopes = [], ip }: GuardOptions & { readonly ip?: (context: C) => string } = {},
) {
  const required = scopeSet(scopes);
  return async (context: C, next: () => Promise<void>): Promise<Response | undefined> => {
    const { headers: given, url } = context.req.raw;
    const call = {
      authorization: given.get('authorization') ?? undefined,
      apiKey: given.get('x-api-key') ?? undefined,
      url,
      ip: ip?.(context) ?? '',
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      context.set('tollkeeper', outcome.key);
      await next();
      return undefined;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    const pairs = headers.flatMap((name, at): [string, string][] =>
      at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [],
    );
    return new Response(body, { status, headers: pairs });
  };
}
