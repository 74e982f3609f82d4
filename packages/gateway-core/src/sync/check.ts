import { CONFIRM_MS, type DownwardOf, type Upward } from '@tollkeeper/protocol';
import { storeConfirmed } from './acknowledge.ts';
import { momentOf } from './freshness.ts';
import { Rejection } from './rejection.ts';
import { askToStoreIfDue } from './resync.ts';
import { noteDiskFault, type SyncContext } from './sync-state.ts';

/** Begins a check whose nonce only a new answer can repeat. */
export function beginCheck({ state, clock, randomBytes }: SyncContext): string {
  const nonce = randomBytes(32).toString('base64url');
  state.check = { nonce, askedAt: momentOf(clock) };
  return nonce;
}

/** Asks whether there is anything newer, unless a check is under way. */
export function askCheck(ctx: SyncContext): Upward[] {
  const { check, lineage } = ctx.state;
  return check || !lineage ? [] : [{ type: 'check', nonce: beginCheck(ctx) }];
}

/**
 * Handles the answer. It counts as old as the question, so delaying it makes nothing fresher; its
 * version shows whether changes were withheld from this gateway.
 * @throws Rejection
 */
export async function receiveConfirmed(
  ctx: SyncContext,
  { nonce, version }: DownwardOf<'confirmed'>,
): Promise<Upward[]> {
  const { state, freshness, faults, clock } = ctx;
  const { check, lineage } = state;
  if (nonce !== check?.nonce) {
    throw new Rejection('replayed', 'The answer to another question came');
  }
  state.check = undefined;
  if (!lineage?.isOwn || state.version !== version) {
    const at = state.version === null ? 'no version' : `version ${state.version}`;
    throw new Rejection('gap', `Version ${version} is the current one, this gateway is at ${at}`);
  }
  freshness.confirm(check.askedAt);
  faults.clear('rejected');
  state.isCurrent = true;
  await keepConfirmation(ctx);
  const isLate = clock.monotonicMs() - check.askedAt.monotonicMs >= CONFIRM_MS;
  return [...askToStoreIfDue(ctx), ...(isLate ? askCheck(ctx) : [])];
}

/** Runs every few seconds: also makes what was appended survive a power cut. */
async function keepConfirmation(ctx: SyncContext): Promise<void> {
  try {
    await ctx.snapshotFile.sync();
  } catch (error) {
    ctx.state.isStored = false;
    noteDiskFault(ctx, error);
  }
  storeConfirmed(ctx);
}
