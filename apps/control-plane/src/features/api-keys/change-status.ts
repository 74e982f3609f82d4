import type { ApiKey, AuditAction, KeyStatus } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { write } from '../../write/write.ts';
import { keyFacts, readKey } from './key-view.ts';
import { type KeyRow, lockKey } from './lock-key.ts';

export interface StatusChange {
  readonly tx: Transaction;
  readonly ctx: Ctx;
  readonly now: Date;
}

export type Next = Partial<KeyRow> & { readonly status: KeyStatus };

/**
 * Moves a key to another status; `next` says what to set, or throws when its status forbids it.
 * Returns once every process refuses or accepts the key accordingly.
 * @throws DomainError not_found, invalid_state
 */
export function changeStatus(
  ctx: Ctx,
  id: string,
  action: AuditAction,
  next: (row: KeyRow, change: StatusChange) => Next | Promise<Next>,
): Promise<ApiKey> {
  return write(ctx, { scope: 'api_keys.revoke', action }, async (tx, confirmed) => {
    const row = await lockKey(tx, confirmed, id);
    const set = await next(row, { tx, ctx: confirmed, now: ctx.services.clock() });
    await tx.update(apiKey).set(set).where(eq(apiKey.id, row.id));
    return {
      result: await readKey(tx, confirmed, row.id),
      target: { type: 'api_key', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: keyFacts(row),
      after: keyFacts({ ...row, ...set }),
      changes: [{ kind: 'key', subjectId: row.id, workspaceId: row.workspaceId }],
    };
  });
}

/** What revoking sets, which throws invalid_state for a key that is revoked already. */
export function revoked(reason: string | undefined) {
  return (row: KeyRow, { now }: Pick<StatusChange, 'now'>) => {
    if (row.status === 'revoked') refuseStatus('revoke', row);
    return { status: 'revoked' as const, revokedAt: now, revokeReason: reason ?? null };
  };
}

/** @throws DomainError invalid_state, always */
export function refuseStatus(verb: string, row: KeyRow): never {
  throw refusedStatus(verb, row);
}

function refusedStatus(verb: string, row: KeyRow): DomainError {
  const advice = row.status === 'revoked' ? ' Create a new key.' : '';
  return new DomainError(
    'invalid_state',
    `Cannot ${verb} the key "${row.name}": it is ${row.status === 'revoked' ? 'revoked for good' : `already ${row.status}`}.${advice}`,
  );
}
