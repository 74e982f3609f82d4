import {
  infiniteQueryOptions,
  keepPreviousData,
  mutationOptions,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import type { Policy, PolicySummary, RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refetchAffected } from '../../lib/query-client.ts';

const REFRESH_MS = 15_000;
const POLICIES = { queryKey: ['policies'] };

/** @param workspaceId policies that apply there; all of the organization without it */
export function policiesQuery(workspaceId: string | undefined) {
  return queryOptions({
    queryKey: ['policies', 'list', workspaceId],
    queryFn: ({ signal }) =>
      readAllPages((page) =>
        api.listPolicies({ query: workspaceId ? { ...page, workspaceId } : page }, { signal }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export function policyQuery(id: string) {
  return queryOptions({
    queryKey: ['policies', 'detail', id],
    queryFn: ({ signal }) => api.getPolicy({ params: { id } }, { signal }),
    refetchInterval: REFRESH_MS,
  });
}

/** How many calls a policy in shadow mode would have refused. */
export function policyUsageQuery(id: string) {
  return queryOptions({
    queryKey: ['policies', 'usage', id],
    queryFn: ({ signal }) => api.getPolicyUsage({ params: { id } }, { signal }),
    refetchInterval: REFRESH_MS,
  });
}

/** The policy as it is stored now, here and wherever else the page shows it. */
export function readPolicyAgain(client: QueryClient, id: string): Promise<Policy> {
  void client.invalidateQueries(versionsQuery(id));
  return client.fetchQuery({ ...policyQuery(id), staleTime: 0 });
}

/** One more than is shown at a time: each is shown by what it changed of the one before. */
const VERSIONS_READ = 21;

export function versionsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['policies', 'versions', id],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: VERSIONS_READ, ...(pageParam ? { cursor: pageParam } : {}) };
      return api.listPolicyVersions({ params: { id }, query }, { signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

export const schemaQuery = queryOptions({
  queryKey: ['policies', 'schema'],
  queryFn: ({ signal }) => api.getPolicySchema({}, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export function validationQuery(body: RouteInput<Routes['validatePolicy']>['body']) {
  return queryOptions({
    // Apart from the others: a policy that was changed changes nothing here.
    queryKey: ['policy-validation', body],
    queryFn: ({ signal }) => api.validatePolicy({ body }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

export const simulationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['simulatePolicies']>['body']) =>
    api.simulatePolicies({ body }),
});

export const replayMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['replayPolicies']>['body']) => api.replayPolicies({ body }),
});

interface NewPolicy {
  readonly body: RouteInput<Routes['createPolicy']>['body'];
  readonly idempotencyKey: string;
}

export const createPolicyMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewPolicy) =>
    api.createPolicy({ body }, { idempotencyKey }),
  onSuccess: showSaved,
});

export const updatePolicyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updatePolicy']>) => api.updatePolicy(input),
  onSuccess: showSaved,
});

export const restorePolicyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['restorePolicy']>) => api.restorePolicy(input),
  onSuccess: showSaved,
});

interface StatusChange {
  readonly id: string;
  readonly to: PolicySummary['status'];
}

export const changeStatusMutation = mutationOptions({
  mutationFn: ({ id, to }: StatusChange) => {
    const input = { params: { id } };
    return to === 'enabled' ? api.enablePolicy(input) : api.disablePolicy(input);
  },
  onSuccess: showSaved,
});

/** Once the page of the policy is left, `forgetPolicy` follows. */
export const deletePolicyMutation = mutationOptions({
  mutationFn: (id: string) => api.deletePolicy({ params: { id } }),
});

export function forgetPolicy(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: ['policies', 'detail', id] });
  void refetchAffected(client, POLICIES);
}

interface WithClient {
  readonly client: QueryClient;
}

/** Puts what was saved where it is shown at once, then refetches every view of policies. */
function showSaved(
  policy: Policy,
  _input: unknown,
  _result: unknown,
  { client }: WithClient,
): void {
  client.setQueryData(policyQuery(policy.id).queryKey, policy);
  void refetchAffected(client, POLICIES);
}
