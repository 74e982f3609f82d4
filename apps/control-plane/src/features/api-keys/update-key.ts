import type { RouteInput, Routes, Scope } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { parseScopes } from '../../access/parse-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { requireUnedited } from '../../write/etag.ts';
import { isSame, unlessUnchanged, write } from '../../write/write.ts';
import { requirePlaceInPlan, revivalEvents } from '../billing/index.ts';
import { requireMayGrant } from './ceiling.ts';
import { refuseStatus } from './change-status.ts';
import { type ExpiryRules, lockExpiryRules, parseExpiry } from './expiry-rules.ts';
import { keyEtag, keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey } from './lock-key.ts';
import { parseAllowedIps } from './parse-allowed-ips.ts';
import { parseTags } from './parse-tags.ts';
import { recordEdit } from './record-influence.ts';

type Body = RouteInput<Routes['updateKey']>['body'];

/**
 * @throws DomainError not_found, invalid_state, edit_conflict, scope_not_held, ceiling_exceeded,
 * plan_limit_reached
 */
export function updateKey(ctx: Ctx, { params, body }: { params: { id: string }; body: Body }) {
  const spec = { scope: 'api_keys.create', action: 'api_key.update' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const rules = body.expiresAt === undefined ? NO_RULES : await lockExpiryRules(tx, confirmed);
    const row = await lockKey(tx, confirmed, params.id);
    if (row.status === 'revoked') refuseStatus('edit', row);
    const scopes = body.scopes && (await parseScopes(tx, confirmed, body.scopes));
    const now = ctx.services.clock();
    const next = { ...row, ...parseEdit(body, scopes, row, rules, now) };
    requireUnedited(`key "${row.name}"`, body.etag, keyEtag(row), keyEtag(next));
    await requireEditable(tx, confirmed, next, body);
    const revives = isRevived(row, next, now);
    if (revives) await requirePlaceInPlan(tx, confirmed);
    if (isChanged(row, next)) await recordEdit(tx, confirmed, [row], now);
    const { name, profile, expiresAt, requestedExpiresAt, allowedIps, tags } = next;
    await tx
      .update(apiKey)
      .set({ name, profile, scopes: next.scopes, expiresAt, requestedExpiresAt, allowedIps, tags })
      .where(eq(apiKey.id, row.id));
    return unlessUnchanged({
      result: await readKey(tx, confirmed, row.id),
      target: { type: 'api_key', id: row.id, name, workspaceId: row.workspaceId },
      before: keyFacts(row),
      after: keyFacts(next),
      furtherEvents: await revivalEvents(tx, row.organizationId, now, revives ? 1 : 0),
      changes: [{ kind: 'key', subjectId: row.id, workspaceId: row.workspaceId }],
    });
  });
}

/** An expiry that stays as it is was cut to the rules when they were saved. */
const NO_RULES: ExpiryRules = { defaultExpiryDays: null, keyLifetimeDaysMax: null };

function parseEdit(
  body: Body,
  scopes: Scope[] | undefined,
  row: KeyRow,
  rules: ExpiryRules,
  now: Date,
): Partial<KeyRow> {
  const expiresAt =
    body.expiresAt === undefined ? undefined : parseExpiry(body.expiresAt, now, rules, row);
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(scopes ? { scopes, profile: 'custom' as const } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt, requestedExpiresAt: expiresAt }),
    ...(body.allowedIps ? { allowedIps: parseAllowedIps(body.allowedIps) } : {}),
    ...(body.tags ? { tags: parseTags(body.tags) } : {}),
  };
}

/** Whether more than the name changes. */
function isChanged(row: KeyRow, next: KeyRow): boolean {
  const { name: _name, ...before } = keyFacts(row);
  const { name: _nextName, ...after } = keyFacts(next);
  return !isSame(before, after);
}

/** A new name changes nothing that a key can do; anything else must stay within the ceiling. */
async function requireEditable(tx: Transaction, ctx: Ctx, next: KeyRow, body: Body) {
  if (body.scopes || body.expiresAt !== undefined || body.allowedIps || body.tags) {
    await requireMayGrant(tx, ctx, { ...next, scopesNamed: body.scopes !== undefined });
  }
}

/** Whether the key had expired, and counts to the limit of the plan again. */
function isRevived(row: KeyRow, next: KeyRow, now: Date): boolean {
  return row.expiresAt !== null && row.expiresAt <= now && next.expiresAt !== row.expiresAt;
}
