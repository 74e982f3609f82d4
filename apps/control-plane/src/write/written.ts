import type { AuditAction } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';
import type { AuditTarget, Facts } from './audit.ts';
import type { Change } from './change.ts';
import type { OutboxMessage } from './outbox.ts';

/** What a verb did to one thing, for the log. */
interface EventDetails {
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
}

/** A further event of the same change, under an action of its own. */
export interface FurtherEvent extends EventDetails {
  readonly action: AuditAction;
}

/** What a verb did, for the log and for everyone who decides. */
export interface Written<T> extends EventDetails {
  readonly result: T;
  /** Events that follow in the log, in this order. */
  readonly furtherEvents?: readonly FurtherEvent[];
  readonly changes: readonly Change[];
  /** What leaves the server once this is committed. */
  readonly outbox?: readonly OutboxMessage[];
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
  return isSame(written.before, written.after) ? { replayed: written.result } : written;
}

export function isSame(before: unknown, after: unknown): boolean {
  return canonicalJson(before) === canonicalJson(after);
}
