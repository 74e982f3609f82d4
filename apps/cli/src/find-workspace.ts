import { type Workspace, workspaceId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { listAll } from './list-all.ts';

/** The id of the workspace that a person means by an id or a name. Throws Failure if there is none. */
export async function findWorkspaceId(client: Client, reference: string): Promise<string> {
  if (workspaceId.safeParse(reference).success) return reference;
  const workspaces = await allWorkspaces(client);
  const found = workspaces.find(({ name }) => name === reference);
  if (found) return found.id;
  const names = workspaces.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new Failure(EXIT.notFound, `There is no workspace "${reference}". There is: ${names}.`);
}

async function allWorkspaces(client: Client): Promise<Workspace[]> {
  const load = (query: { limit: number; cursor?: string }) => client.listWorkspaces({ query });
  return (await listAll(Number.POSITIVE_INFINITY, load)).data;
}
