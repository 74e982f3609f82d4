import type { KeySecret } from '@tollkeeper/protocol';
import type { KeyFacts } from '../key-facts.ts';
import { requireHash } from './fingerprint.ts';
import { slotsOfKey } from './key-ids.ts';
import { findSecret, placeSecret, removeSecret } from './key-index.ts';
import { requireLabels } from './key-labels.ts';
import { readHash } from './key-record.ts';
import type { KeyIndex } from './key-store.ts';

/** A key with all its secrets: one, or two while a rotation's grace runs. */
export interface WholeKey extends Omit<KeyFacts, 'retiresAtMs'> {
  readonly secrets: readonly KeySecret[];
}

/**
 * Inserts the key, or replaces all that is known about it: a secret that is not given is no longer
 * known. No secrets at all is as good as `removeKey`.
 * @throws RangeError like `putSecret`, and before anything changes unless the index is full
 */
export function putKey(index: KeyIndex, key: WholeKey): void {
  for (const { hash } of key.secrets) requireHash(hash);
  requireLabels(key.keyId, key.name);
  // As hashes: what is put may move what is there.
  const before = hashesOfKey(index, key.keyId);
  for (const { hash, retiresAtMs } of key.secrets) placeSecret(index, hash, key, retiresAtMs);
  if (before.length === 0) return;
  const kept = new Set(key.secrets.map(({ hash }) => findSecret(index, hash)));
  for (const hash of before) if (!kept.has(findSecret(index, hash))) removeSecret(index, hash);
}

/** Forgets the key and all its secrets. False when it was not known. */
export function removeKey(index: KeyIndex, keyId: string): boolean {
  const hashes = hashesOfKey(index, keyId);
  for (const hash of hashes) removeSecret(index, hash);
  return hashes.length > 0;
}

function hashesOfKey(index: KeyIndex, keyId: string): Uint8Array[] {
  const slots = slotsOfKey(index.keyIdTable, index.labels, keyId);
  return slots.map((slot) => readHash(index, slot));
}
