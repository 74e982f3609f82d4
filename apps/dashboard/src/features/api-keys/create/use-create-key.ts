import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { api } from '../../../lib/api.ts';
import { useExactlyOnce } from '../../../lib/use-exactly-once.ts';
import { draftBody, type KeyDraft } from './key-draft.ts';

/** Creates a key, exactly once for each draft. */
export function useCreateKey(): (draft: KeyDraft) => Promise<ApiKeyWithSecret> {
  return useExactlyOnce(
    (draft: KeyDraft) => draftBody(draft, Date.now()),
    (body, idempotencyKey) => api.createKey({ body }, { idempotencyKey }),
  );
}
