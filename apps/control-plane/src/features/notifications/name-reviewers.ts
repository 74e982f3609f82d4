import type { Transaction } from '../../db/connect.ts';
import { findPendingReviewers } from '../review-campaigns/index.ts';
import type { Happening } from './happening.ts';

/** The same happenings; those about a campaign that waits for decisions concern only who is to decide. */
export async function nameReviewers(
  tx: Transaction,
  organizationId: string,
  happenings: readonly Happening[],
): Promise<readonly Happening[]> {
  const named: Happening[] = [];
  for (const each of happenings) {
    if (each.kind !== 'key_review_due') named.push(each);
    else {
      const pending = await findPendingReviewers(tx, organizationId, each.subject.id);
      named.push({ ...each, memberIds: new Set(pending.map(({ memberId }) => memberId)) });
    }
  }
  return named;
}
