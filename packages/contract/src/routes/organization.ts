import { z } from 'zod';
import { memberId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { PLANS } from '../plans.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';

const tag = 'Organization';

export const getOrganization = defineRoute({
  method: 'GET',
  path: '/v1/organization',
  access: 'organization.read',
  summary: 'Read the organization of the credential',
  tag,
  status: 200,
  response: z
    .strictObject({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      plan: z.enum(PLANS),
      createdAt: instant,
    })
    .meta({ id: 'Organization' }),
  errors: [],
});

export const MEMBER_STATUSES = ['active', 'suspended'] as const;

export const member = z
  .strictObject({
    id: memberId,
    name: z.string(),
    email: z.string(),
    roleId: z.string(),
    roleName: z.string(),
    status: z.enum(MEMBER_STATUSES),
    createdAt: instant,
  })
  .meta({ id: 'Member' });
export type Member = z.output<typeof member>;

export const listMembers = defineRoute({
  method: 'GET',
  path: '/v1/members',
  access: 'members.read',
  summary: 'List members',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(member),
  errors: [],
});

export const ENVIRONMENTS = ['live', 'test'] as const;

export const workspace = z
  .strictObject({
    id: workspaceId,
    name: z.string(),
    environment: z.enum(ENVIRONMENTS),
    createdAt: instant,
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
