import { sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, keyReview } from '../../db/schema/index.ts';
import type { CampaignRow } from './campaign-view.ts';

/**
 * Keeps what became of each key that nobody confirmed: later changes of it are no part of the campaign.
 * @param rest the outcome of keys that are neither revoked nor deleted
 */
export async function settleReviews(
  tx: Transaction,
  { organizationId, id }: Pick<CampaignRow, 'organizationId' | 'id'>,
  rest: 'disabled' | 'unconfirmed',
): Promise<void> {
  await tx.execute(sql`
    update ${keyReview} set outcome = case
      when not exists (select from ${apiKey} where ${apiKey.id} = ${keyReview.keyId}) then 'deleted'
      when exists (select from ${apiKey} where ${apiKey.id} = ${keyReview.keyId}
        and ${apiKey.status} = 'revoked') then 'revoked'
      else ${rest} end
    where ${keyReview.organizationId} = ${organizationId} and ${keyReview.campaignId} = ${id}
      and ${keyReview.outcome} = 'pending'`);
}
