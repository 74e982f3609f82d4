import { membersOf } from './check-leaf.ts';
import { VerificationError } from './verification-error.ts';

/** The first event that was kept, where this event says that older ones were deleted; else 1. */
export function prunedUpTo(event: unknown): number {
  const { action, actor, after } = membersOf(event);
  if (action !== 'audit_log.prune' || membersOf(actor).type !== 'system') return 1;
  const { firstSequence } = membersOf(after);
  return typeof firstSequence === 'number' ? firstSequence : 1;
}

/**
 * Anyone who edits the database could delete the oldest events and say that the retention did: it records
 * so in the log before it deletes.
 * @param firstSequence where the server says that its events begin
 * @param announced where the log itself says so
 * @throws VerificationError
 */
export function requireAnnounced(firstSequence: number, announced: number): void {
  if (firstSequence <= announced) return;
  throw new VerificationError(
    `Event ${announced} is missing: the server's events begin with ${firstSequence}, and no event of the log says that older ones were deleted`,
    announced,
  );
}
