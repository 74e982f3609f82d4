import { isHash, requireHash, writeFingerprint } from './fingerprint.ts';
import { addToTable, findInTable, removeFromTable } from './hash-table.ts';
import type { KeyFacts } from './key-facts.ts';
import { addKeyId, removeKeyId } from './key-ids.ts';
import { clearLabels, readKeyId, readName, requireLabels, writeLabels } from './key-labels.ts';
import { acquireLinks, readLinks, releaseLinks, writeLinks } from './key-links.ts';
import { readExpiry, readScopes, readStatus, writeScopes, writeState } from './key-record.ts';
import type { KeyIndex } from './key-store.ts';
import { allocateSlot, releaseSlot } from './records.ts';

/**
 * Inserts the secret, or replaces what is known about it. The owner may come before or after.
 * @throws RangeError when the hash is not 32 bytes, for an id or a name of more than 255 characters,
 * or past 67 million secrets
 */
export function putSecret(index: KeyIndex, hash: Uint8Array, facts: KeyFacts): void {
  requireHash(hash);
  requireLabels(facts.keyId, facts.name);
  const known = findSecret(index, hash);
  // Acquired before the old ones are released, so that what both share is not built anew.
  const links = acquireLinks(index, facts);
  if (known >= 0) {
    releaseLinks(index, known);
    removeKeyId(index.keyIdTable, known);
  }
  const slot = known >= 0 ? known : allocateSlot(index.records);
  writeLinks(index.records, slot, links);
  writeScopes(index.records, slot, facts.scopes);
  writeState(index.records, slot, { ...facts, retires: facts.retiresAtMs !== null });
  if (facts.retiresAtMs === null) index.retiresAtMs.delete(slot);
  else index.retiresAtMs.set(slot, facts.retiresAtMs);
  writeLabels(index.labels, slot, facts.keyId, facts.name);
  addKeyId(index.keyIdTable, slot, facts.keyId);
  if (known >= 0) return;
  writeFingerprint(index.records, slot, hash);
  addToTable(index.table, index.records, slot);
}

/** Forgets the secret. False when it was not known. */
export function removeSecret(index: KeyIndex, hash: Uint8Array): boolean {
  const slot = isHash(hash) ? removeFromTable(index.table, index.records, hash) : -1;
  if (slot < 0) return false;
  releaseLinks(index, slot);
  removeKeyId(index.keyIdTable, slot);
  index.retiresAtMs.delete(slot);
  clearLabels(index.labels, slot);
  releaseSlot(index.records, slot);
  return true;
}

/** The slot of the secret, or -1. It means this secret until the next put or remove. */
export function findSecret(index: KeyIndex, hash: Uint8Array): number {
  return isHash(hash) ? findInTable(index.table, index.records, hash) : -1;
}

/** Undefined for a slot that holds no secret. */
export function secretFacts(index: KeyIndex, slot: number): KeyFacts | undefined {
  const status = readStatus(index.records, slot);
  if (!status) return undefined;
  const expiresAtMs = readExpiry(index.records, slot);
  return {
    keyId: readKeyId(index.labels, slot),
    name: readName(index.labels, slot),
    ...readLinks(index, slot),
    status,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    scopes: readScopes(index.records, slot),
    retiresAtMs: index.retiresAtMs.get(slot) ?? null,
  };
}

/** How many secrets the index knows; a key in a grace period has two. */
export function secretsCount(index: KeyIndex): number {
  return index.table.size;
}
