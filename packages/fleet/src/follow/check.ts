import { randomBytes } from 'node:crypto';
import { CONFIRM_MS, type DownwardOf, type Upward } from '@tollkeeper/contract';
import { storeConfirmed } from './acknowledge.ts';
import { noteDiskFault } from './disk-fault.ts';
import type { Following } from './following.ts';
import { momentOf } from './freshness.ts';
import { Rejection } from './rejection.ts';
import { askToStoreIfDue } from './resync.ts';

/** A question that only a new answer fits, and that is this connection's from now on. */
export function beginCheck({ state, clock }: Following): string {
  const nonce = randomBytes(32).toString('base64url');
  state.check = { nonce, askedAt: momentOf(clock) };
  return nonce;
}

/** Asks whether nothing is newer, unless that is asked already. */
export function askCheck(following: Following): Upward[] {
  const { check, history } = following.state;
  return check || !history ? [] : [{ type: 'check', nonce: beginCheck(following) }];
}

/**
 * Takes the answer. It is as old as the question, whoever held it back; and whoever kept changes
 * from this gateway is found out by the version.
 * @throws Rejection
 */
export async function takeCurrent(
  following: Following,
  { nonce, version }: DownwardOf<'current'>,
): Promise<Upward[]> {
  const { state, freshness, faults, clock } = following;
  const { check, history } = state;
  if (nonce !== check?.nonce) {
    throw new Rejection('replayed', 'The answer to another question came');
  }
  state.check = undefined;
  if (!history?.isOwn || state.version !== version) {
    const at = state.version === null ? 'no version' : `version ${state.version}`;
    throw new Rejection('gap', `Version ${version} is the current one, this gateway is at ${at}`);
  }
  freshness.confirm(check.askedAt);
  faults.clear('rejected');
  state.isCurrent = true;
  await keepConfirmation(following);
  const isLate = clock.monotonicMs() - check.askedAt.monotonicMs >= CONFIRM_MS;
  return [...askToStoreIfDue(following), ...(isLate ? askCheck(following) : [])];
}

/** Comes every few seconds: time to make what was appended outlive a power cut as well. */
async function keepConfirmation(following: Following): Promise<void> {
  try {
    await following.snapshotFile.sync();
  } catch (error) {
    following.state.isStored = false;
    noteDiskFault(following, error);
  }
  storeConfirmed(following);
}
