import { z } from 'zod';
import { etag, readEtag } from '../edit.ts';
import { workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, visibleLine } from '../text.ts';

const tag = 'Workspaces';
const params = z.strictObject({ id: workspaceId });

export const ENVIRONMENTS = ['live', 'test'] as const;

export const workspace = z
  .strictObject({
    id: workspaceId,
    name: z.string(),
    environment: z
      .enum(ENVIRONMENTS)
      .meta({ description: 'Decides the prefix of its keys: tk_live_ or tk_test_' }),
    keysCount: z
      .int()
      .meta({ description: 'Keys confined to the workspace, including revoked ones' }),
    gatewaysCount: z.int(),
    joinKeysCount: z.int().meta({ description: 'Includes used-up and expired join keys' }),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.output<typeof workspace>;

export const listWorkspaces = defineRoute({
  method: 'GET',
  path: '/v1/workspaces',
  access: 'workspaces.read',
  summary: 'List workspaces',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(workspace),
  errors: [],
});

export const createWorkspace = defineRoute({
  method: 'POST',
  path: '/v1/workspaces',
  access: 'workspaces.manage',
  summary: 'Create a workspace',
  tag,
  body: z.strictObject({ name: visibleLine(64), environment: z.enum(ENVIRONMENTS) }),
  status: 201,
  response: workspace,
  errors: ['invalid_state', 'outside_workspace', 'idempotency_conflict'],
  idempotent: true,
});

export const updateWorkspace = defineRoute({
  method: 'PATCH',
  path: '/v1/workspaces/{id}',
  access: 'workspaces.manage',
  summary: 'Rename a workspace',
  tag,
  params,
  body: z.strictObject({ name: visibleLine(64), etag: readEtag }),
  status: 200,
  response: workspace,
  errors: ['not_found', 'invalid_state', 'edit_conflict'],
});

export const deleteWorkspace = defineRoute({
  method: 'DELETE',
  path: '/v1/workspaces/{id}',
  access: 'workspaces.manage',
  summary: 'Delete a workspace that is empty, or with everything in it by typing its name',
  tag,
  params,
  body: z.strictObject({
    name: z.string().max(64).optional().meta({
      description: 'Name of the workspace, typed again; needed to delete one that is not empty',
    }),
  }),
  status: 204,
  errors: ['not_found', 'invalid_state', 'outside_workspace'],
});
