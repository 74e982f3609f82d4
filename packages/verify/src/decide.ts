import type { DecisionCode } from '@tollkeeper/contract';
import { textOf } from './interned-texts.ts';
import { rangesOf } from './ip-lists.ts';
import { rangeContains } from './ip-range.ts';
import { findSecret } from './key-index.ts';
import { organizationRangesOf } from './key-organizations.ts';
import { activeOwnerOf, activeOwnerScopes } from './key-owners.ts';
import {
  IP_LIST,
  ORGANIZATION,
  readExpiry,
  readRetires,
  readScopes,
  readStatus,
  WORKSPACE,
} from './key-record.ts';
import type { KeyIndex } from './key-store.ts';
import { hashSecretInto, isWellFormed } from './key-text.ts';
import { readWord } from './records.ts';
import { includes, intersect, type ScopeSet } from './scope-set.ts';

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
/** A decision is made in one go, so that one array serves all of them. */
const scratch = new Uint8Array(32);
const NOT_FOUND: Decision = { code: 'not_found', slot: -1 };

/**
 * Whether the request may pass, and else the first reason why not, in the order of DECISION_CODES
 * (design, "Keys"). Never throws: what is inconsistent is refused.
 */
export function decide(index: KeyIndex, request: DecisionRequest, nowMs: number): Decision {
  if (!isWellFormed(request.secret)) return MALFORMED;
  hashSecretInto(scratch, request.secret);
  return decideHash(index, scratch, request, nowMs);
}

/** `decide` for a caller that holds the hash of a well-formed secret. */
export function decideHash(
  index: KeyIndex,
  hash: Uint8Array,
  conditions: DecisionConditions,
  nowMs: number,
): Decision {
  const slot = findSecret(index, hash);
  if (slot < 0) return NOT_FOUND;
  const code =
    identityRefusal(index, slot, conditions, nowMs) ??
    authorityRefusal(index, slot, conditions, nowMs) ??
    'valid';
  return code === 'not_found' ? NOT_FOUND : { code, slot };
}

/** What the key may do now: its own scopes that its owner holds too; none while the owner is out. */
export function effectiveScopes(index: KeyIndex, slot: number): ScopeSet {
  return intersect(readScopes(index.records, slot), activeOwnerScopes(index, slot));
}

function identityRefusal(
  index: KeyIndex,
  slot: number,
  { organizationId }: DecisionConditions,
  nowMs: number,
): DecisionCode | undefined {
  const { records } = index;
  if (readRetires(records, slot) && !isBefore(nowMs, index.retiresAtMs.get(slot))) {
    return 'not_found';
  }
  const organization = textOf(index.organizations, readWord(records, slot, ORGANIZATION));
  if (organizationId !== undefined && organizationId !== organization) return 'not_found';
  const status = readStatus(records, slot);
  if (status === 'active') return undefined;
  return status ?? 'not_found';
}

function authorityRefusal(
  index: KeyIndex,
  slot: number,
  { workspaceId, ip, scopes }: DecisionConditions,
  nowMs: number,
): DecisionCode | undefined {
  const { records } = index;
  if (!isBefore(nowMs, readExpiry(records, slot))) return 'expired';
  if (!activeOwnerOf(index, slot)) return 'owner_inactive';
  const workspace = readWord(records, slot, WORKSPACE);
  if (workspaceId !== undefined && workspace !== 0) {
    if (textOf(index.workspaces, workspace) !== workspaceId) return 'wrong_workspace';
  }
  if (!admitsAddress(index, slot, ip ?? '')) return 'ip_not_allowed';
  const enough = scopes === undefined || includes(effectiveScopes(index, slot), scopes);
  return enough ? undefined : 'insufficient_scope';
}

/** The key's own ranges and those of its organization must both hold the address. */
function admitsAddress(index: KeyIndex, slot: number, ip: string): boolean {
  const ipList = readWord(index.records, slot, IP_LIST);
  if (ipList !== 0 && !rangeContains(rangesOf(index.ipLists, ipList), ip)) return false;
  const ranges = organizationRangesOf(index, slot);
  return ranges === undefined || rangeContains(ranges, ip);
}

/** False in doubt: for a time that is missing or not a number. */
function isBefore(nowMs: number, timeMs: number | undefined): boolean {
  return timeMs !== undefined && nowMs < timeMs;
}
