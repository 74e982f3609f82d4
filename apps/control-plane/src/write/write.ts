import type { AuditAction, Scope } from '@tollkeeper/contract';
import { recordLead } from '../access/prune-lineage.ts';
import { requireScope } from '../access/require-scope.ts';
import type { Ctx } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { learnStanding, recallRefused, StandingNotKnown } from '../lineage/standing.ts';
import type { AuditActor } from './audit.ts';
import { commit } from './commit.ts';
import { beingEnded, type CallerRead, confirmActor, onlyCaller } from './confirm-actor.ts';
import type { Replayed, Written } from './written.ts';

export { commit } from './commit.ts';
export type { Source, WriteServices } from './transact.ts';
export {
  type FurtherEvent,
  isSame,
  type Replayed,
  unlessUnchanged,
  type Written,
} from './written.ts';

interface WriteSpec<F extends object> {
  /** `own` for what belongs to the calling member alone, which needs no scope. */
  readonly scope: Scope | 'own';
  readonly action: AuditAction;
  /** What shows `fn` more than whether the caller still may, in the same statement. */
  readonly read?: CallerRead<F>;
  /** Whether `fn` mostly does with locked reads and unawaited writes (`runOptimistically`). */
  readonly optimistic?: boolean;
}

/**
 * The one way to change anything: checks the scope, and in one transaction confirms that the
 * caller still may, runs `fn`, appends the audit event, the change and the messages of the outbox.
 * Returns when every control-plane process has applied the change. `fn` may run again, after a
 * deadlock or when a change that shared its transaction failed, so it must do nothing but query `tx`. It
 * runs once it is known how the caller stands to running cascades, which is searched without a lock.
 * @throws DomainError insufficient_scope, and what `fn` throws; then nothing has changed
 */
export async function write<T, F extends object = object>(
  ctx: Ctx,
  spec: WriteSpec<F>,
  fn: (tx: Transaction, ctx: Ctx, facts: F) => Promise<Written<T> | Replayed<T>>,
): Promise<T> {
  requireSpecified(ctx, spec.scope);
  const source = {
    organizationId: ctx.organizationId,
    actor: auditActor(ctx),
    action: spec.action,
    origin: ctx.origin,
  };
  const read = spec.read ?? (onlyCaller as CallerRead<F>);
  const confirmedFn = async (tx: Transaction) => {
    const { confirmed, facts } = await confirmActor(tx, ctx, read);
    requireSpecified(confirmed, spec.scope);
    const written = await fn(tx, confirmed, facts);
    if (ctx.actor.type === 'key' && !('replayed' in written)) recordLead(tx, ctx.actor.keyId);
    return written;
  };
  const refused = recallRefused(ctx.services.db, callerIdOf(ctx));
  if (refused) throw beingEnded(ctx, refused);
  for (;;) {
    try {
      return await commit(ctx.services, source, confirmedFn, spec.optimistic);
    } catch (error) {
      if (!(error instanceof StandingNotKnown)) throw error;
      await requireOutsideCascades(ctx);
    }
  }
}

/** @throws DomainError insufficient_scope */
function requireSpecified(ctx: Ctx, scope: Scope | 'own'): void {
  if (scope !== 'own') requireScope(ctx, scope);
}

/** @throws DomainError where a running cascade is about to end the caller, or may be */
async function requireOutsideCascades(ctx: Ctx): Promise<void> {
  const standing = await learnStanding(ctx.services.db, ctx.organizationId, callerIdOf(ctx));
  if (standing !== 'outside') throw beingEnded(ctx, standing);
}

function callerIdOf({ actor }: Ctx): string {
  return actor.type === 'key' ? actor.keyId : actor.memberId;
}

export function auditActor({ actor }: Ctx): AuditActor {
  return actor.type === 'key'
    ? { type: 'key', memberId: actor.memberId, keyId: actor.keyId }
    : { type: 'member', memberId: actor.memberId };
}
