import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useRef } from 'react';
import { api } from '../../../lib/api.ts';
import { randomId } from '../../../lib/random-id.ts';
import { draftBody, type KeyDraft } from './key-draft.ts';

interface Attempt {
  readonly draft: KeyDraft;
  readonly body: ReturnType<typeof draftBody>;
  readonly idempotencyKey: string;
}

/**
 * Creates a key exactly once, however often the button is pressed: the same draft is sent again
 * with the same Idempotency-Key and the same body, until the server has refused it or it changed.
 */
export function useCreateKey(): (draft: KeyDraft) => Promise<ApiKeyWithSecret> {
  const last = useRef<Attempt>(undefined);
  return async (draft) => {
    const attempt = last.current?.draft === draft ? last.current : newAttempt(draft);
    last.current = attempt;
    const { body, idempotencyKey } = attempt;
    try {
      return await api.createKey({ body }, { idempotencyKey });
    } catch (error) {
      // Refused for good: the next try is another request. Lost on the way: it is the same one.
      if (error instanceof ApiError && isFinal(error)) last.current = undefined;
      throw error;
    }
  };
}

function newAttempt(draft: KeyDraft): Attempt {
  return { draft, body: draftBody(draft, Date.now()), idempotencyKey: randomId() };
}

/** 409: the first request with this Idempotency-Key may still be under way. */
function isFinal({ status }: ApiError): boolean {
  return status < 500 && status !== 409;
}
