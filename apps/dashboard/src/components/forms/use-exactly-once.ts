import { ApiError } from '@tollkeeper/sdk';
import { useRef } from 'react';

interface Attempt<D, B> {
  readonly draft: D;
  readonly body: B;
  readonly idempotencyKey: string;
}

/**
 * Creates something exactly once, however often the button is pressed: the same draft is sent again
 * with the same Idempotency-Key and the same body, until the server has refused it or it changed.
 * @param bodyOf what to send of a draft; asked once for each
 */
export function useExactlyOnce<D, B, A>(
  bodyOf: (draft: D) => B,
  create: (body: B, idempotencyKey: string) => Promise<A>,
): (draft: D) => Promise<A> {
  const last = useRef<Attempt<D, B>>(undefined);
  return async (draft) => {
    const attempt =
      last.current?.draft === draft
        ? last.current
        : { draft, body: bodyOf(draft), idempotencyKey: randomId() };
    last.current = attempt;
    try {
      return await create(attempt.body, attempt.idempotencyKey);
    } catch (error) {
      // Refused for good: the next try is another request. Lost on the way: it is the same one.
      if (error instanceof ApiError && isFinal(error)) last.current = undefined;
      throw error;
    }
  };
}

/** 409: the first request with this Idempotency-Key may still be under way. */
function isFinal({ status }: ApiError): boolean {
  return status < 500 && status !== 409;
}

/** 128 random bits as hex. Unlike crypto.randomUUID it also exists on plain-http hosts. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
