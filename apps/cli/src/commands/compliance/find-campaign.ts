import { type ReviewCampaign, reviewCampaignId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { argument } from '../../command/verb.ts';
import { listAll, pickOne } from '../../lookup.ts';

export const CAMPAIGN = argument('campaign', 'Id or exact name of a review campaign');

/** The campaign that a person means by an id or an exact name. Throws Failure if there is none. */
export async function findCampaign(client: Client, reference: string): Promise<ReviewCampaign> {
  if (reviewCampaignId.safeParse(reference).success) {
    return client.getReviewCampaign({ params: { id: reference } });
  }
  const { data } = await listAll((query) => client.listReviewCampaigns({ query }));
  return pickOne(
    data.filter(({ name }) => name === reference),
    reference,
    {
      kind: 'review campaign',
      advice: 'Run "tollkeeper compliance campaigns" to see them.',
      candidate: ({ id, status, endsAt }) => `${id}  ${status}, ends ${endsAt}`,
    },
  );
}
