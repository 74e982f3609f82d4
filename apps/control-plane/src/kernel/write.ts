import type { Scope } from '@tollkeeper/contract';
import type { Transaction } from '../db/connect.ts';
import { appendChanges } from './append-changes.ts';
import {
  type AuditActor,
  type AuditTarget,
  appendAuditEvents,
  type Facts,
  lockChainEnd,
} from './audit.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Change } from './change.ts';
import { confirmActor } from './confirm-actor.ts';
import type { Ctx, Origin, Services } from './context.ts';
import { isRetryable } from './database-errors.ts';
import { inTurn } from './in-turn.ts';
import { requireScope } from './require-scope.ts';

/** What a verb did to one thing, for the log. */
interface EventDetails {
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
}

/** A further event of the same change, under an action of its own. */
export interface FurtherEvent extends EventDetails {
  readonly action: string;
}

/** What a verb did, for the log and for whoever decides. */
export interface Written<T> extends EventDetails {
  readonly result: T;
  /** Events that follow in the log, in this order. */
  readonly furtherEvents?: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/** The answer of an earlier, equal request: nothing is changed and nothing logged. */
export interface Replayed<T> {
  readonly replayed: T;
}

/**
 * An edit that leaves everything as it was is none: it writes no event and raises no version. To
 * be used only where `before` and `after` hold all that the verb can change.
 */
export function unlessUnchanged<T>(written: Written<T>): Written<T> | Replayed<T> {
  const isSame = canonicalJson(written.before) === canonicalJson(written.after);
  return isSame ? { replayed: written.result } : written;
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
    const { result, changes, furtherEvents = [], ...details } = written;
    const entries = [details, ...furtherEvents].map((each) => ({ ...source, ...each }));
    await appendAuditEvents(tx, services, end, entries);
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
