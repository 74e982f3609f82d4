import type {
  AccessAdvice,
  AccessReview,
  ApiKey,
  ReviewedScope,
  Scope,
} from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import { firstDay, type ScopeUse } from './read-scope-uses.ts';
import { mayBeShown, replayUses } from './replay-uses.ts';

/** What is known of a key, beside the key itself. */
export interface ReviewedFacts {
  /** Of its calls of the last 90 days. */
  readonly uses: readonly ScopeUse[];
  /** What the role of its owner holds. */
  readonly ownerScopes: ScopeSet;
  /** Since when the organization's calls are recorded at all. */
  readonly recordedSince: Date;
}

/** A younger key that was never used may still be about to be. */
const NEW_DAYS = 7;
const DAY_MS = 86_400_000;

export function reviewKey(key: ApiKey, facts: ReviewedFacts, now: Date): AccessReview {
  const { uses } = facts;
  const calls = callsOf(uses);
  const unknownCalls = callsOf(uses.filter(({ isOpen }) => isOpen));
  const scopes = key.scopes.map((name) => reviewScope(name, facts));
  const used = scopes.filter(({ use }) => use !== 'unused').map(({ name }) => name);
  const advice = adviceOn(key, { calls, unknownCalls, usedCount: used.length }, now);
  const proposedScopes = advice === 'reduce' ? used : null;
  const own = new Set(key.scopes);
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    state: key.state,
    workspaceId: key.workspaceId,
    owner: key.createdBy,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    lastUsedAt: key.lastUsedAt,
    etag: key.etag,
    recordedSince: recordedSince(key, facts, now),
    calls,
    unknownCalls,
    scopes,
    proposedScopes,
    advice,
    replay: replayUses(uses, own, new Set(proposedScopes ?? key.scopes)),
  };
}

function reviewScope(name: Scope, { uses, ownerScopes }: ReviewedFacts): ReviewedScope {
  const requiring = uses.filter(({ required }) => required.includes(name));
  const considering = uses.filter(({ considered }) => considered.includes(name));
  const using = [...requiring, ...considering];
  const isShown = mayBeShown(name) && uses.some((use) => use.isShown);
  const use = requiring.length > 0 ? 'required' : considering.length > 0 ? 'considered' : undefined;
  return {
    name,
    isInForce: includes(ownerScopes, scopeSet([name])),
    use: use ?? (isShown ? 'shown' : 'unused'),
    calls: callsOf(using),
    lastUsedOn:
      using
        .map(({ lastDay }) => lastDay)
        .sort()
        .at(-1) ?? null,
  };
}

interface Seen {
  readonly calls: number;
  readonly unknownCalls: number;
  /** Of its scopes. */
  readonly usedCount: number;
}

function adviceOn(key: ApiKey, { calls, unknownCalls, usedCount }: Seen, now: Date): AccessAdvice {
  // A canary key is there to be unused.
  if (key.state === 'revoked' || key.canary) return 'keep';
  if (calls === 0) return isIdle(key, now) ? 'revoke' : 'wait';
  if (unknownCalls > 0) return 'wait';
  // A key has at least one scope, also where no call needs any.
  return usedCount > 0 && usedCount < key.scopes.length ? 'reduce' : 'keep';
}

/** Whether no call was accepted in the period, also of those before recording began. */
function isIdle({ createdAt, lastUsedAt }: ApiKey, now: Date): boolean {
  if (lastUsedAt !== null) return lastUsedAt < firstDay(now);
  return now.getTime() - Date.parse(createdAt) > NEW_DAYS * DAY_MS;
}

function recordedSince({ createdAt }: ApiKey, facts: ReviewedFacts, now: Date): string {
  const period = Date.parse(firstDay(now));
  const times = [period, Date.parse(createdAt), facts.recordedSince.getTime()];
  return new Date(Math.max(...times)).toISOString();
}

function callsOf(uses: readonly ScopeUse[]): number {
  return uses.reduce((sum, { calls }) => sum + calls, 0);
}
