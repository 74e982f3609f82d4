import type { Scope } from '@tollkeeper/contract';
import { parseIpRange, rangeWithin } from '@tollkeeper/verify';
import { eq } from 'drizzle-orm';
import { holds, requireScopesHeld } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { isSame } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';

/** What a key that makes, edits or rotates keys cannot exceed. Null in a session. */
export interface Ceiling {
  readonly expiresAt: Date | null;
  readonly requestedExpiresAt: Date | null;
  readonly allowedIps: readonly string[];
  readonly tags: readonly string[];
}

/** What a key is about to become. */
export interface Reach {
  readonly scopes: readonly Scope[];
  /** Whether the caller names the scopes; else a refusal shows them only with api_keys.read. */
  readonly scopesNamed?: boolean;
  readonly workspaceId: string | null;
  readonly expiresAt: Date | null;
  /** What is in force once the organization allows a longer life. */
  readonly requestedExpiresAt: Date | null;
  readonly allowedIps: readonly string[];
  readonly tags: readonly string[];
}

/** Read inside the transaction, where confirmActor holds the row of the calling key. */
export async function findCeiling(tx: Transaction, ctx: Ctx): Promise<Ceiling | null> {
  if (ctx.actor.type !== 'key') return null;
  const [creator] = await tx
    .select({
      expiresAt: apiKey.expiresAt,
      requestedExpiresAt: apiKey.requestedExpiresAt,
      allowedIps: apiKey.allowedIps,
      tags: apiKey.tags,
    })
    .from(apiKey)
    .where(eq(apiKey.id, ctx.actor.keyId));
  const past = new Date(0);
  return creator ?? { expiresAt: past, requestedExpiresAt: past, allowedIps: [], tags: [] };
}

/**
 * A secret gives its holder all that the key can do: nobody hands out more than their own scopes, and no key
 * beyond its own workspace, expiry, addresses or tags.
 * @throws DomainError scope_not_held, ceiling_exceeded
 */
function requireWithinCeiling(ctx: Ctx, ceiling: Ceiling | null, reach: Reach): void {
  requireScopesHeld(ctx, reach.scopes, reach.scopesNamed ? undefined : 'api_keys.read');
  if (ctx.workspaceId !== null && reach.workspaceId !== ctx.workspaceId) {
    throw exceeded(
      `is confined to the workspace "${ctx.workspaceId}"`,
      'Confine the new key to it',
    );
  }
  if (!ceiling) return;
  for (const name of ['expiresAt', 'requestedExpiresAt'] as const) {
    const [end, bound] = [reach[name], ceiling[name]];
    if (bound && (!end || end > bound)) {
      throw exceeded(`expires at ${bound.toISOString()}`, 'Choose an earlier expiry');
    }
  }
  if (!addressesWithin(reach.allowedIps, ceiling.allowedIps)) {
    throw exceeded(
      `may be used only from ${ceiling.allowedIps.join(', ')}`,
      'Choose addresses within',
    );
  }
  if (!mayTag(ctx) && !isSame([...reach.tags], [...ceiling.tags])) {
    throw exceeded(
      ceiling.tags.length === 0 ? 'has no tags' : `has the tags ${quoted(ceiling.tags)}`,
      'A key that it makes, edits, enables or rotates needs the same. Use one that holds "policies.edit" and is confined to no workspace, or sign in',
    );
  }
}

/**
 * A policy may permit what has a tag, or forbid it, so that no set of tags is less than another. A key
 * that may edit all policies gains nothing by tags.
 */
function mayTag(ctx: Ctx): boolean {
  return ctx.workspaceId === null && holds(ctx.scopes, 'policies.edit');
}

function quoted(tags: readonly string[]): string {
  return tags.map((tag) => `"${tag}"`).join(', ');
}

/**
 * What gives a key its power, or gives its power out: creating, editing, rotating, enabling.
 * @throws DomainError scope_not_held, ceiling_exceeded, recent_sign_in_required
 */
export async function requireMayGrant(
  tx: Transaction,
  ctx: Ctx,
  reach: Reach,
  ceiling?: Ceiling | null,
): Promise<void> {
  requireWithinCeiling(ctx, ceiling === undefined ? await findCeiling(tx, ctx) : ceiling, reach);
  await requireRecentGrant(tx, ctx, reach.scopes);
}

function addressesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  const bounds = outer.map(parseIpRange);
  return (
    inner.length > 0 &&
    inner
      .map(parseIpRange)
      .every((range) => range && bounds.some((bound) => bound && rangeWithin(range, bound)))
  );
}

function exceeded(bound: string, advice: string): DomainError {
  return new DomainError('ceiling_exceeded', `The key that you use ${bound}. ${advice}.`);
}
