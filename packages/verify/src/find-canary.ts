import { CANARY_RETIRED_MS } from '@tollkeeper/protocol';
import { findSecret, secretFacts } from './index/key-index.ts';
import type { KeyIndex } from './index/key-store.ts';
import type { KeyIdentity } from './key-facts.ts';
import { hashSecret, isWellFormed } from './key-text.ts';

/**
 * The canary key that the text is, of whichever organization, while it is active. To be asked about what was
 * not found, which every canary key is (`decide`): no other call takes any longer for it, and one that does
 * takes as long for a key that does not exist.
 */
export function findCanary(index: KeyIndex, text: string): KeyIdentity | undefined {
  if (!isWellFormed(text)) return undefined;
  const slot = findSecret(index, hashSecret(text));
  if (index.retiresAtMs.get(slot) !== CANARY_RETIRED_MS) return undefined;
  const key = secretFacts(index, slot);
  return key?.status === 'active' ? key : undefined;
}
