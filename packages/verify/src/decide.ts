import type { DecisionCode } from '@tollkeeper/contract';
import {
  createFingerprint,
  type Fingerprint,
  isHash,
  readFingerprint,
  readFingerprintText,
} from './fingerprint.ts';
import { textOf } from './interned-texts.ts';
import { rangesOf } from './ip-lists.ts';
import { rangeContains } from './ip-range.ts';
import { holderOf, holderScopes, isActiveOwner, organizationOf } from './key-holders.ts';
import { organizationRangesOf } from './key-organizations.ts';
import { readExpiry, readRetires, readStatus } from './key-record.ts';
import type { KeyIndex } from './key-store.ts';
import { ipListOf, termScopes, termsOf, workspaceOf } from './key-terms.ts';
import { digestOf, isWellFormed } from './key-text.ts';
import { includes, intersect, type ScopeSet } from './scope-set.ts';
import { findSlot } from './secret-table.ts';

/** What the key must meet besides being in force. A condition left out is not asked for. */
export interface DecisionConditions {
  /** A key of another organization is not found. */
  readonly organizationId?: string;
  /** A key confined to another workspace is refused. */
  readonly workspaceId?: string;
  /**
   * Where the request comes from. Without it a key is refused that is bound to addresses,
   * by itself or by its organization.
   */
  readonly ip?: string | undefined;
  readonly scopes?: ScopeSet;
}

export interface DecisionRequest extends DecisionConditions {
  /** What the caller presented, whatever it is. */
  readonly secret: string;
}

export interface Decision {
  readonly code: DecisionCode;
  /** Of the secret in the index, until it next changes; -1 for malformed and not_found. */
  readonly slot: number;
}

const MALFORMED: Decision = { code: 'malformed', slot: -1 };
const NOT_FOUND: Decision = { code: 'not_found', slot: -1 };
/** A decision is made in one go, so that one array serves all of them. */
const scratch: Fingerprint = createFingerprint();

/**
 * Whether the request may pass, and else the first reason why not, in the order of DECISION_CODES
 * (design, "Keys"). Never throws: what is inconsistent is refused.
 */
export function decide(index: KeyIndex, request: DecisionRequest, nowMs: number): Decision {
  if (!isWellFormed(request.secret)) return MALFORMED;
  readFingerprintText(scratch, digestOf(request.secret));
  return decideFingerprint(index, scratch, request, nowMs);
}

/** `decide` for a caller that holds the hash of a well-formed secret. */
export function decideHash(
  index: KeyIndex,
  hash: Uint8Array,
  conditions: DecisionConditions,
  nowMs: number,
): Decision {
  if (!isHash(hash)) return NOT_FOUND;
  readFingerprint(scratch, hash);
  return decideFingerprint(index, scratch, conditions, nowMs);
}

/** What the key may do now: its own scopes that its owner holds too; none while the owner is out. */
export function effectiveScopes(index: KeyIndex, slot: number): ScopeSet {
  const held = holderScopes(index, holderOf(index, slot));
  return intersect(termScopes(index, termsOf(index, slot)), held);
}

function decideFingerprint(
  index: KeyIndex,
  fingerprint: Fingerprint,
  conditions: DecisionConditions,
  nowMs: number,
): Decision {
  const slot = findSlot(index.secrets, fingerprint);
  if (slot < 0) return NOT_FOUND;
  const code =
    identityRefusal(index, slot, conditions, nowMs) ??
    authorityRefusal(index, slot, conditions, nowMs) ??
    'valid';
  return code === 'not_found' ? NOT_FOUND : { code, slot };
}

function identityRefusal(
  index: KeyIndex,
  slot: number,
  { organizationId }: DecisionConditions,
  nowMs: number,
): DecisionCode | undefined {
  if (readRetires(index, slot) && !isBefore(nowMs, index.retiresAtMs.get(slot))) {
    return 'not_found';
  }
  if (organizationId !== undefined) {
    const organization = organizationOf(index, holderOf(index, slot));
    if (textOf(index.organizations, organization) !== organizationId) return 'not_found';
  }
  const status = readStatus(index, slot);
  if (status === 'active') return undefined;
  return status ?? 'not_found';
}

function authorityRefusal(
  index: KeyIndex,
  slot: number,
  { workspaceId, ip, scopes }: DecisionConditions,
  nowMs: number,
): DecisionCode | undefined {
  const holder = holderOf(index, slot);
  const terms = termsOf(index, slot);
  if (!isBefore(nowMs, readExpiry(index, slot))) return 'expired';
  if (!isActiveOwner(index, holder)) return 'owner_inactive';
  const workspace = workspaceOf(index, terms);
  if (workspaceId !== undefined && workspace !== 0) {
    if (textOf(index.workspaces, workspace) !== workspaceId) return 'wrong_workspace';
  }
  if (!admitsAddress(index, holder, terms, ip ?? '')) return 'ip_not_allowed';
  const enough = scopes === undefined || includes(effectiveScopes(index, slot), scopes);
  return enough ? undefined : 'insufficient_scope';
}

/** The key's own ranges and those of its organization must both hold the address. */
function admitsAddress(index: KeyIndex, holder: number, terms: number, ip: string): boolean {
  const ipList = ipListOf(index, terms);
  if (ipList !== 0 && !rangeContains(rangesOf(index.ipLists, ipList), ip)) return false;
  const ranges = organizationRangesOf(index, organizationOf(index, holder));
  return ranges === undefined || rangeContains(ranges, ip);
}

/** False in doubt: for a time that is missing or not a number. */
function isBefore(nowMs: number, timeMs: number | undefined): boolean {
  return timeMs !== undefined && nowMs < timeMs;
}
