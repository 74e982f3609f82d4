import type { Scope } from '@tollkeeper/contract';
import type { Transaction } from '../db/connect.ts';
import { appendChanges } from './append-changes.ts';
import {
  type AuditActor,
  type AuditTarget,
  appendAuditEvent,
  type Facts,
  lockChainEnd,
} from './audit.ts';
import type { Change } from './change.ts';
import { confirmActor } from './confirm-actor.ts';
import type { Ctx, Origin, Services } from './context.ts';
import { isRetryable } from './database-errors.ts';
import { inTurn } from './in-turn.ts';
import { requireScope } from './require-scope.ts';

/** What a verb did, for the log and for whoever decides. */
export interface Written<T> {
  readonly result: T;
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly changes: readonly Change[];
}

/** The answer of an earlier, equal request: nothing is changed and nothing logged. */
export interface Replayed<T> {
  readonly replayed: T;
}

const ATTEMPTS_MAX = 5;

/**
 * The one way to change anything: checks the scope, and in one transaction confirms that the
 * caller still may, runs `fn`, appends the audit event and the change. Returns when every
 * control-plane process has applied the change. `fn` may run again after a deadlock, so it must
 * do nothing but query `tx`.
 * @throws DomainError insufficient_scope, and what `fn` throws; then nothing has changed
 */
export async function write<T>(
  ctx: Ctx,
  spec: { readonly scope: Scope; readonly action: string },
  fn: (tx: Transaction, ctx: Ctx) => Promise<Written<T> | Replayed<T>>,
): Promise<T> {
  requireScope(ctx, spec.scope);
  const source = {
    organizationId: ctx.organizationId,
    actor: auditActor(ctx),
    action: spec.action,
    origin: ctx.origin,
  };
  return commit(ctx.services, source, async (tx) => {
    const confirmed = await confirmActor(tx, ctx);
    requireScope(confirmed, spec.scope);
    return fn(tx, confirmed);
  });
}

export interface Source {
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly action: string;
  readonly origin: Origin;
}

export type WriteServices = Pick<Services, 'db' | 'clock' | 'randomBytes'> & {
  readonly follower: Pick<Services['follower'], 'settle'>;
};

/** The transaction of `write`, for callers without a credential: set-up, the operator, jobs. */
export async function commit<T>(
  services: WriteServices,
  source: Source,
  fn: (tx: Transaction) => Promise<Written<T> | Replayed<T>>,
): Promise<T> {
  const { result, lastChange } = await inTurn(source.organizationId, () =>
    retried(() => transact(services, source, fn)),
  );
  await services.follower.settle(lastChange);
  return result;
}

function transact<T>(
  services: WriteServices,
  source: Source,
  fn: (tx: Transaction) => Promise<Written<T> | Replayed<T>>,
) {
  return services.db.transaction(async (tx) => {
    const end = await lockChainEnd(tx, source.organizationId);
    const written = await fn(tx);
    if ('replayed' in written) return { result: written.replayed, lastChange: 0 };
    const { result, changes, ...facts } = written;
    await appendAuditEvent(tx, services, end, { ...source, ...facts });
    return { result, lastChange: await appendChanges(tx, source.organizationId, changes) };
  });
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= ATTEMPTS_MAX || !isRetryable(error)) throw error;
    }
  }
}

function auditActor({ actor }: Ctx): AuditActor {
  return actor.type === 'key'
    ? { type: 'key', memberId: actor.memberId, keyId: actor.keyId }
    : { type: 'member', memberId: actor.memberId };
}
