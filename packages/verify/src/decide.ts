import type { DecisionCode } from '@tollkeeper/contract';
import { apiScopesOf } from './index/api-scope-lists.ts';
import {
  createFingerprint,
  type Fingerprint,
  isHash,
  readFingerprint,
  readFingerprintText,
} from './index/fingerprint.ts';
import { type InternedTexts, textOf } from './index/interned-texts.ts';
import { rangesOf } from './index/ip-lists.ts';
import { keyHasApiScopes } from './index/key-api-scopes.ts';
import {
  HOLDER_API_SCOPES,
  HOLDER_SCOPES_HIGH,
  HOLDER_SCOPES_LOW,
  holderOf,
  holderScopes,
  ORGANIZATION,
  OWNER_ACTIVE,
} from './index/key-holders.ts';
import { organizationRangesOf } from './index/key-organizations.ts';
import { expiryIn, HOLDER, retiresIn, statusIn, TERMS } from './index/key-record.ts';
import type { KeyIndex } from './index/key-store.ts';
import {
  IP_LIST,
  keyScopes,
  TERM_SCOPES_HIGH,
  TERM_SCOPES_LOW,
  WORKSPACE,
} from './index/key-terms.ts';
import { chunkOf, startOf as recordStart } from './index/records.ts';
import { findSlot, startOf, wordsOf } from './index/secret-table.ts';
import { rangeContains } from './ip-range.ts';
import { digestOf, isWellFormed } from './key-text.ts';
import { includesApi, intersect, NO_API_SCOPES, NO_SCOPES, type ScopeSet } from './scope-set.ts';

/** What the key must meet besides being in force. A condition left out, or undefined, is not asked for. */
export interface DecisionConditions {
  /** A key of another organization is not found. */
  readonly organizationId?: string | undefined;
  /** A key confined to another workspace is refused. */
  readonly workspaceId?: string | undefined;
  /**
   * Where the request comes from. Without it a key is refused that is bound to addresses,
   * by itself or by its organization.
   */
  readonly ip?: string | undefined;
  readonly scopes?: ScopeSet | undefined;
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

/** What the key may do now: its own scopes that its owner holds too; none while the owner is inactive. */
export function effectiveScopes(index: KeyIndex, slot: number): ScopeSet {
  const held = holderScopes(index, holderOf(index, slot));
  return intersect(keyScopes(index, slot), held);
}

/** Until when a valid decision about the secret holds, if the index does not change before. */
export function validUntilMs(index: KeyIndex, slot: number): number {
  const key = wordsOf(index.secrets, slot);
  const at = startOf(slot);
  const retiresAtMs = retiresIn(key, at)
    ? (index.retiresAtMs.get(slot) ?? 0)
    : Number.POSITIVE_INFINITY;
  return Math.min(expiryIn(key, at), retiresAtMs);
}

function decideFingerprint(
  index: KeyIndex,
  fingerprint: Fingerprint,
  conditions: DecisionConditions,
  nowMs: number,
): Decision {
  const slot = findSlot(index.secrets, fingerprint);
  if (slot < 0) return NOT_FOUND;
  const code = refusalOf(index, slot, conditions, nowMs) ?? 'valid';
  return code === 'not_found' ? NOT_FOUND : { code, slot };
}

/** Reads the words of the three records directly: a call for each would take as long as the rest. */
function refusalOf(
  index: KeyIndex,
  slot: number,
  conditions: DecisionConditions,
  nowMs: number,
): DecisionCode | undefined {
  const key = wordsOf(index.secrets, slot);
  const at = startOf(slot);
  if (retiresIn(key, at) && !isBefore(nowMs, index.retiresAtMs.get(slot))) return 'not_found';
  const holderNumber = key[at + HOLDER] ?? 0;
  const holder = chunkOf(index.holders.records, holderNumber);
  const holderAt = recordStart(holderNumber);
  const organization = holder[holderAt + ORGANIZATION] ?? 0;
  if (!isText(index.organizations, organization, conditions.organizationId)) return 'not_found';
  const status = statusIn(key, at);
  if (status !== 'active') return status ?? 'not_found';
  if (!isBefore(nowMs, expiryIn(key, at))) return 'expired';
  if (holder[holderAt + OWNER_ACTIVE] !== 1) return 'owner_inactive';
  const termsNumber = key[at + TERMS] ?? 0;
  const terms = chunkOf(index.terms.records, termsNumber);
  const termsAt = recordStart(termsNumber);
  const workspace = terms[termsAt + WORKSPACE] ?? 0;
  const elsewhere = workspace !== 0 && !isText(index.workspaces, workspace, conditions.workspaceId);
  if (elsewhere) return 'wrong_workspace';
  const ipList = terms[termsAt + IP_LIST] ?? 0;
  if (!admitsAddress(index, ipList, organization, conditions.ip)) return 'ip_not_allowed';
  const required = conditions.scopes ?? NO_SCOPES;
  // Few calls ask for API scopes: the others look nothing up.
  if (required.api !== NO_API_SCOPES) {
    const owned = apiScopesOf(index.apiScopes, holder[holderAt + HOLDER_API_SCOPES] ?? 0);
    const isHeld =
      keyHasApiScopes(index, slot, organization, required.api) && includesApi(owned, required.api);
    if (!isHeld) return 'insufficient_scope';
  }
  const low = (terms[termsAt + TERM_SCOPES_LOW] ?? 0) & (holder[holderAt + HOLDER_SCOPES_LOW] ?? 0);
  const high =
    (terms[termsAt + TERM_SCOPES_HIGH] ?? 0) & (holder[holderAt + HOLDER_SCOPES_HIGH] ?? 0);
  const isHeld = ((required.low & ~low) | (required.high & ~high)) === 0;
  return isHeld ? undefined : 'insufficient_scope';
}

/** True where nothing is asked. */
function isText(texts: InternedTexts, number: number, asked: string | undefined): boolean {
  return asked === undefined || textOf(texts, number) === asked;
}

/** The key's own ranges and those of its organization must both hold the address. */
function admitsAddress(
  index: KeyIndex,
  ipList: number,
  organization: number,
  ip: string | undefined,
): boolean {
  if (ipList !== 0 && !rangeContains(rangesOf(index.ipLists, ipList), ip ?? '')) return false;
  const ranges = organizationRangesOf(index, organization);
  return ranges === undefined || rangeContains(ranges, ip ?? '');
}

/** False in doubt: for a time that is missing or not a number. */
function isBefore(nowMs: number, timeMs: number | undefined): boolean {
  return timeMs !== undefined && nowMs < timeMs;
}
