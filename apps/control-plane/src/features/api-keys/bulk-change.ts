import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import type { DomainError } from '../../domain-error.ts';
import { requireCascade } from '../../lineage/removable-members.ts';
import { write } from '../../write/write.ts';
import { disabled, enabled } from './disable-key.ts';
import { revokeWithCreated } from './revoke-with-created.ts';
import { type BulkChange, setAllRevoked, setStatus, type Verb } from './set-status.ts';

type Results = RouteOutput<Routes['revokeKeys']>;

/** Disables each key as `disableKey` does, and answers why it could not disable the others. */
export function disableKeys(ctx: Ctx, { body }: RouteInput<Routes['disableKeys']>) {
  return bulkWrite(ctx, 'disable', body.ids, (tx, confirmed, ids) =>
    setStatus(tx, confirmed, 'disable', ids, disabled),
  );
}

/**
 * Enables each key as `enableKey` does, and answers why it could not enable the others.
 * @throws DomainError recent_sign_in_required, and changes none of them
 */
export function enableKeys(ctx: Ctx, { body }: RouteInput<Routes['enableKeys']>) {
  return bulkWrite(ctx, 'enable', body.ids, (tx, confirmed, ids) =>
    setStatus(tx, confirmed, 'enable', ids, enabled),
  );
}

/** Revokes each key as `revokeKey` does, and answers why it could not revoke the others. */
export async function revokeKeys(
  ctx: Ctx,
  { body }: RouteInput<Routes['revokeKeys']>,
): Promise<Results> {
  requireCascade(body.cascade ?? false, body.keepMembers);
  if (body.cascade) {
    const ids = [...new Set(body.ids)];
    return resultsOf(ids, await revokeWithCreated(ctx, ids, body));
  }
  return bulkWrite(ctx, 'revoke', body.ids, (tx, confirmed, ids) =>
    setAllRevoked(tx, confirmed, ids, body.reason),
  );
}

/** One transaction for all keys, with an event for each. */
function bulkWrite(
  ctx: Ctx,
  verb: Verb,
  requested: readonly string[],
  change: (tx: Transaction, ctx: Ctx, ids: readonly string[]) => Promise<BulkChange>,
): Promise<Results> {
  const ids = [...new Set(requested)];
  const spec = { scope: 'api_keys.revoke', action: `api_key.${verb}` } as const;
  return write<Results>(ctx, spec, async (tx, confirmed) => {
    const { refusals, events, changes } = await change(tx, confirmed, ids);
    const result = resultsOf(ids, refusals);
    const [first, ...furtherEvents] = events;
    if (!first) return { replayed: result };
    const { target, before, after } = first;
    return { result, target, before, after, furtherEvents, changes };
  });
}

function resultsOf(ids: readonly string[], refusals: BulkChange['refusals']): Results {
  return { results: ids.map((id) => ({ id, error: errorOf(refusals.get(id)) })) };
}

function errorOf(refusal: DomainError | undefined): Results['results'][number]['error'] {
  if (!refusal) return null;
  const { code, message, details } = refusal;
  return { code, detail: message, ...(details.scopes && { scopes: details.scopes }) };
}
