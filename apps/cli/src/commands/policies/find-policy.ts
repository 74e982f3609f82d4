import { type PolicySummary, policyId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll, pickOne } from '../../lookup.ts';

/** @throws Failure if no policy, or more than one, has the name */
export async function findPolicyId(client: Client, reference: string): Promise<string> {
  if (policyId.safeParse(reference).success) return reference;
  return (await findPolicy(client, reference)).id;
}

/** @throws Failure if no policy, or more than one, is meant */
export async function findPolicy(client: Client, reference: string): Promise<PolicySummary> {
  const { data } = await listAll((query) => client.listPolicies({ query }));
  const wanted = reference.trim().toLowerCase();
  const found = data.filter(({ id, name }) => id === reference || name.toLowerCase() === wanted);
  return pickOne(found, reference, {
    kind: 'policy',
    advice: 'Run "tollkeeper policies list" to see them.',
    candidate: ({ id, name, workspaceId }) => `${id}  ${name}  ${workspaceId ?? 'all workspaces'}`,
  });
}
