import type { KeyReview, OwnKeyReview, ReviewCampaign } from '@tollkeeper/contract';
import { expect } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { startOrganization } from '../../testing/start-organization.ts';

export const CAMPAIGNS = '/v1/compliance/campaigns';
export const DAY_MS = 86_400_000;

/** A server whose clock can be moved, and what tests do with its campaigns. */
export async function startCampaigns() {
  let aheadMs = 0;
  const clock = () => new Date(Date.now() + aheadMs);
  const { app, owner, query } = await startOrganization({ clock });
  const inDays = (days: number) => new Date(clock().getTime() + days * DAY_MS).toISOString();
  const start = (body: object = {}, client = owner) =>
    client.post<ReviewCampaign>(CAMPAIGNS, { name: 'Review', endsAt: inDays(10), ...body });
  return {
    ...{ app, owner, query, clock, inDays, start },
    /** Time passes; sessions do not outlive it by themselves. */
    async pass(days: number) {
      aheadMs += days * DAY_MS;
      const later = new Date(clock().getTime() + 30 * DAY_MS);
      await query('update session set signed_in_at = $1, expires_at = $2', [clock(), later]);
    },
    async started(body: object = {}): Promise<ReviewCampaign> {
      const answer = await start(body);
      expect(answer.status, answer.problem?.detail).toBe(201);
      return answer.body;
    },
    keyOf: (client: Client, name: string) =>
      makeKey(app, client, { name, expiresAt: null, scopes: ['api_keys.read'] }),
    confirm: (client: Client, { id }: { readonly id: string }, ...keyIds: string[]) =>
      client.post<{ results: { id: string; error: { code: string; detail: string } | null }[] }>(
        `${CAMPAIGNS}/${id}/confirm`,
        { keyIds },
      ),
    read: async ({ id }: { readonly id: string }) =>
      (await owner.get<ReviewCampaign>(`${CAMPAIGNS}/${id}`)).body,
    reviewsOf: async ({ id }: { readonly id: string }) =>
      (await owner.get<{ data: KeyReview[] }>(`${CAMPAIGNS}/${id}/reviews?limit=100`)).body.data,
    ownOf: async (client: Client) =>
      (await client.get<{ data: OwnKeyReview[]; totalCount: number }>('/v1/compliance/reviews'))
        .body,
  };
}

export type Campaigns = Awaited<ReturnType<typeof startCampaigns>>;
