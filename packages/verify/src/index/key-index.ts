import type { KeySecret } from '@tollkeeper/protocol';
import type { KeyFacts, KeyIdentity, KeySubject } from '../key-facts.ts';
import { forgetKey, forgetKeys } from '../policies/policy-store.ts';
import { acquireApiScopeNumbers } from './api-scope-numbers.ts';
import {
  createFingerprint,
  type Fingerprint,
  isHash,
  readFingerprint,
  requireHash,
} from './fingerprint.ts';
import { textOf } from './interned-texts.ts';
import { allowedIpsOf } from './ip-lists.ts';
import { releaseKeyApiScopes } from './key-api-scopes.ts';
import { acquireHolder, holderOf, memberOf, organizationOf, releaseHolder } from './key-holders.ts';
import { addKeyId, moveKeyIds, removeKeyId, slotsOfKey } from './key-ids.ts';
import {
  clearLabels,
  moveLabels,
  readCreatedAt,
  readKeyId,
  readName,
  requireLabelRoom,
  requireLabels,
  writeLabels,
} from './key-labels.ts';
import {
  expiryIn,
  HOLDER,
  readHash,
  statusIn,
  TERMS,
  writeState,
  writeWord,
} from './key-record.ts';
import type { KeyIndex } from './key-store.ts';
import {
  acquireTerms,
  ipListOf,
  keyScopes,
  profileOf,
  releaseTerms,
  tagsOf,
  termsOf,
  workspaceOf,
} from './key-terms.ts';
import { addSlot, findSlot, makeRoom, removeSlot, startOf, wordsOf } from './secret-table.ts';
import { discardWords, movedSlot } from './slots.ts';

/** A look-up is made in one go, so that one array serves all of them. */
const scratch: Fingerprint = createFingerprint();

/**
 * Inserts the secret, or replaces what is known about it. The owner may come before or after.
 * @throws RangeError when the hash is not 32 bytes, for an id or a name of more than 255 characters,
 * or past 67 million secrets or 4 GiB of labels
 */
export function putSecret(index: KeyIndex, hash: Uint8Array, facts: KeyFacts): void {
  requireHash(hash);
  requireLabels(facts.keyId, facts.name);
  placeSecret(index, hash, facts, facts.retiresAtMs);
}

/** `putSecret` without its checks. Called a million times in a row, so it makes no object for each. */
function placeSecret(
  index: KeyIndex,
  hash: Uint8Array,
  facts: Omit<KeyFacts, 'retiresAtMs'>,
  retiresAtMs: number | null,
): void {
  const known = findSecret(index, hash);
  if (known < 0) growFor(index, scratch);
  // Acquired before the old ones are released, so that what both share is not built anew.
  const holder = acquireHolder(index, facts.ownerId, facts.organizationId);
  const terms = acquireTerms(index, facts);
  const apiScopes = acquireApiScopeNumbers(
    index.keyApiScopes,
    organizationOf(index, holder),
    facts.scopes.api,
  );
  if (known >= 0) {
    releaseShared(index, known);
    removeKeyId(index.keyIdTable, known);
  }
  const slot = known >= 0 ? known : addSlot(index.secrets, scratch);
  writeWord(index, slot, HOLDER, holder);
  writeWord(index, slot, TERMS, terms);
  writeState(index, slot, facts, retiresAtMs !== null);
  if (retiresAtMs === null) index.retiresAtMs.delete(slot);
  else index.retiresAtMs.set(slot, retiresAtMs);
  writeLabels(index.labels, slot, facts, apiScopes);
  forgetSlot(index, slot);
  addKeyId(index.keyIdTable, slot, facts.keyId);
}

/** Forgets the secret. False when it was not known. */
export function removeSecret(index: KeyIndex, hash: Uint8Array): boolean {
  const slot = findSecret(index, hash);
  if (slot < 0) return false;
  releaseShared(index, slot);
  removeKeyId(index.keyIdTable, slot);
  index.retiresAtMs.delete(slot);
  clearLabels(index.labels, slot);
  forgetSlot(index, slot);
  removeSlot(index.secrets, slot);
  return true;
}

/** The slot of the secret, or -1. It means this secret until the next put or remove. */
export function findSecret(index: KeyIndex, hash: Uint8Array): number {
  if (!isHash(hash)) return -1;
  readFingerprint(scratch, hash);
  return findSlot(index.secrets, scratch);
}

/** Undefined for a slot that holds no secret. */
export function secretFacts(index: KeyIndex, slot: number): KeyFacts | undefined {
  const words = wordsOf(index.secrets, slot);
  const status = statusIn(words, startOf(slot));
  if (!status) return undefined;
  const expiresAtMs = expiryIn(words, startOf(slot));
  const terms = termsOf(index, slot);
  return {
    ...subjectOf(index, slot),
    name: readName(index.labels, slot),
    status,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    scopes: keyScopes(index, slot),
    allowedIps: allowedIpsOf(index.ipLists, ipListOf(index, terms)),
    tags: tagsOf(index, terms),
    profile: profileOf(index, terms),
    createdAtMs: readCreatedAt(index.labels, slot),
    retiresAtMs: index.retiresAtMs.get(slot) ?? null,
  };
}

/** The part of `secretFacts` that says whose the key is, in half the time. */
export function secretSubject(index: KeyIndex, slot: number): KeySubject | undefined {
  const status = statusIn(wordsOf(index.secrets, slot), startOf(slot));
  return status && subjectOf(index, slot);
}

/** So many keys that called last are remembered; a million would be as many objects. */
const IDENTITIES_MAX = 4096;

/** The part of `secretFacts` that every call needs: the same object until the key changes, as a rule. */
export function secretIdentity(index: KeyIndex, slot: number): KeyIdentity | undefined {
  const { identities } = index;
  const known = identities.get(slot);
  if (known) return known;
  const subject = secretSubject(index, slot);
  if (!subject) return undefined;
  const { keyId, organizationId, workspaceId, ownerId } = subject;
  const name = readName(index.labels, slot);
  const identity = { keyId, organizationId, workspaceId, ownerId, name };
  if (identities.size >= IDENTITIES_MAX) identities.clear();
  identities.set(slot, identity);
  return identity;
}

function forgetSlot({ policies, identities, readApiScopes }: KeyIndex, slot: number): void {
  forgetKey(policies, slot);
  identities.delete(slot);
  readApiScopes.delete(slot);
}

function subjectOf(index: KeyIndex, slot: number): KeySubject {
  const holder = holderOf(index, slot);
  const workspace = workspaceOf(index, termsOf(index, slot));
  return {
    keyId: readKeyId(index.labels, slot),
    organizationId: textOf(index.organizations, organizationOf(index, holder)),
    workspaceId: workspace === 0 ? null : textOf(index.workspaces, workspace),
    ownerId: textOf(index.members, memberOf(index, holder)),
  };
}

/** How many secrets the index knows; a key in a grace period has two. */
export function secretsCount(index: KeyIndex): number {
  return index.secrets.size;
}

/** What is kept by slot follows the secrets that make room for one more. */
function growFor(index: KeyIndex, fingerprint: Fingerprint): void {
  requireLabelRoom(index.labels);
  const move = makeRoom(index.secrets, fingerprint);
  if (!move) return;
  moveLabels(index.labels, move);
  moveKeyIds(index.keyIdTable, move);
  forgetKeys(index.policies);
  index.identities.clear();
  index.readApiScopes.clear();
  const retirements = [...index.retiresAtMs];
  index.retiresAtMs.clear();
  for (const [slot, atMs] of retirements) index.retiresAtMs.set(movedSlot(move, slot), atMs);
  discardWords(move.positions);
}

function releaseShared(index: KeyIndex, slot: number): void {
  releaseKeyApiScopes(index, slot);
  releaseHolder(index, holderOf(index, slot));
  releaseTerms(index, termsOf(index, slot));
}

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
