import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { KeyReviewOutcome, OwnKeyReview, RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../../lib/api.ts';
import { readAllPages, refresh } from '../../../lib/query-client.ts';

const ALL = { queryKey: ['reviews'] };

export const campaignsQuery = queryOptions({
  queryKey: [...ALL.queryKey, 'campaigns'],
  queryFn: ({ signal }) => readAllPages((query) => api.listReviewCampaigns({ query }, { signal })),
});

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL.queryKey, 'campaign', id],
    queryFn: ({ signal }) => api.getReviewCampaign({ params: { id } }, { signal }),
    refetchInterval: 10_000,
  });

export const keyReviewsQuery = (id: string, outcome: KeyReviewOutcome | undefined) =>
  infiniteQueryOptions({
    queryKey: [...ALL.queryKey, 'keys', id, outcome ?? ''],
    queryFn: ({ signal, pageParam }) =>
      api.listKeyReviews(
        {
          params: { id },
          query: { ...(outcome ? { outcome } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** The first keys that wait for the member, and how many there are. */
export const ownReviewsQuery = queryOptions({
  queryKey: [...ALL.queryKey, 'own'],
  queryFn: ({ signal }) => api.listOwnKeyReviews({ query: { limit: 100 } }, { signal }),
  staleTime: 60_000,
});

interface NewCampaign {
  readonly body: RouteInput<Routes['startReviewCampaign']>['body'];
  readonly idempotencyKey: string;
}

export const startCampaignMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewCampaign) =>
    api.startReviewCampaign({ body }, { idempotencyKey }),
  onSuccess: refresh(ALL),
});

export const updateCampaignMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateReviewCampaign']>) =>
    api.updateReviewCampaign(input),
  onSuccess: refresh(ALL),
});

interface Ending {
  readonly id: string;
  readonly verb: 'end' | 'cancel';
}

export const endCampaignMutation = mutationOptions({
  mutationFn: ({ id, verb }: Ending) =>
    verb === 'end'
      ? api.endReviewCampaign({ params: { id } })
      : api.cancelReviewCampaign({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const deleteCampaignMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteReviewCampaign({ params: { id } }),
  onSuccess: refresh({ queryKey: campaignsQuery.queryKey }),
});

type Waiting = Pick<OwnKeyReview, 'campaignId' | 'keyId'>;

/** Confirms keys, each in its campaign. Throws Error with what was refused. */
export const confirmMutation = mutationOptions({
  mutationFn: async (reviews: readonly Waiting[]) => {
    const refused: string[] = [];
    for (const [id, keys] of Map.groupBy(reviews, ({ campaignId }) => campaignId)) {
      const keyIds = keys.map(({ keyId }) => keyId);
      const { results } = await api.confirmKeyReviews({ params: { id }, body: { keyIds } });
      refused.push(...results.flatMap(({ error }) => (error ? [error.detail] : [])));
    }
    return { refused };
  },
  onSuccess: refresh(ALL),
});

export const revokeReviewedMutation = mutationOptions({
  mutationFn: (id: string) =>
    api.revokeKey({ params: { id }, body: { reason: 'Not confirmed in a review' } }),
  onSuccess: refresh(),
});
