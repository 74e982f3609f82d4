import { and, desc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import { holds, requireScope } from '../../../access/require-scope.ts';
import { visibleKeys } from '../../../access/visibility.ts';
import type { Ctx } from '../../../context.ts';
import { apiKey, apiKeySecret, callCount } from '../../../db/schema/index.ts';

const DAY_MS = 86_400_000;

/** Allowed calls of one key, of one kind, in the last 24 hours. */
export interface CountedRow {
  readonly keyId: string;
  readonly name: string;
  readonly prefix: string;
  /** Of its newest secret; null where it has none any more. */
  readonly hash: Uint8Array | null;
  readonly gatewayId: string;
  readonly route: string;
  /** Empty for calls of no kind. */
  readonly method: string;
  readonly calls: number;
}

/**
 * How many calls of keys that the caller sees were allowed, and the largest counts of them.
 * @throws DomainError insufficient_scope
 */
export async function readCounts(ctx: Ctx, workspaceId: string, rowsMax: number) {
  const { db, clock } = ctx.services;
  const { gatewayId, route, method } = callCount;
  const { id: keyId, name, prefix } = apiKey;
  const calls = sql<string>`sum(${callCount.calls})`;
  const isCounted = and(
    eq(callCount.organizationId, ctx.organizationId),
    eq(callCount.workspaceId, workspaceId),
    gt(callCount.hour, new Date(clock().getTime() - DAY_MS)),
    eq(callCount.code, 'valid'),
    replayedKeys(ctx),
  );
  const isOfKey = and(
    eq(apiKey.organizationId, callCount.organizationId),
    eq(apiKey.id, callCount.keyId),
  );
  const [[total], rows] = await Promise.all([
    db.select({ calls }).from(callCount).innerJoin(apiKey, isOfKey).where(isCounted),
    db
      .select({ keyId, name, prefix, hash: apiKeySecret.hash, gatewayId, route, method, calls })
      .from(callCount)
      .innerJoin(apiKey, isOfKey)
      .leftJoin(
        apiKeySecret,
        and(eq(apiKeySecret.keyId, apiKey.id), isNull(apiKeySecret.retiresAt)),
      )
      .where(isCounted)
      .groupBy(keyId, name, prefix, apiKeySecret.hash, gatewayId, route, method)
      .orderBy(desc(calls), keyId, gatewayId, route, method)
      .limit(rowsMax),
  ]);
  const counted: CountedRow[] = rows.map((row) => ({ ...row, calls: Number(row.calls) }));
  return { calls: Number(total?.calls ?? 0), rows: counted, isOwnOnly: isOwnOnly(ctx) };
}

/**
 * A text can ask everything about a key, and the answer counts its calls: each caller learns what
 * other routes would show. A key that may read nothing else replays its own calls.
 * @throws DomainError insufficient_scope
 */
function replayedKeys(ctx: Ctx): SQL | undefined {
  const { actor, scopes } = ctx;
  if (actor.type === 'key' && isOwnOnly(ctx)) return eq(apiKey.id, actor.keyId);
  requireScope(ctx, 'usage.read');
  requireScope(ctx, 'api_keys.read');
  const isOwn = holds(scopes, 'members.read') ? undefined : eq(apiKey.memberId, actor.memberId);
  return and(visibleKeys(ctx), isOwn);
}

function isOwnOnly({ actor, scopes }: Ctx): boolean {
  const mayRead = holds(scopes, 'usage.read') && holds(scopes, 'api_keys.read');
  return !mayRead && actor.type === 'key';
}
