import { type Workspace, workspaceId } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

/** The id of the workspace that a person means by an id or a name. Throws Failure if there is none. */
export async function findWorkspaceId(client: Client, reference: string): Promise<string> {
  if (workspaceId.safeParse(reference).success) return reference;
  return (await findWorkspace(client, reference)).id;
}

/** The workspace that a person means by an id or a name. Throws Failure if there is none. */
export async function findWorkspace(client: Client, reference: string): Promise<Workspace> {
  const data = await listWorkspaces(client);
  const names = data.map(({ name }) => `"${name}"`).join(', ');
  return pickOne(
    data.filter(({ id, name }) => id === reference || name === reference),
    reference,
    {
      kind: 'workspace',
      advice: names ? `Choose one of ${names}.` : 'You can see no workspace.',
      candidate: ({ id, name }) => `${id}  ${name}`,
    },
  );
}

/** What each workspace is called, by id. Callers who may not list workspaces see their ids only. */
export async function workspaceNames(client: Client): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map((await listWorkspaces(client)).map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return new Map();
    throw error;
  }
}

async function listWorkspaces(client: Client): Promise<Workspace[]> {
  const { data } = await listAll((query) => client.listWorkspaces({ query }));
  return data;
}
