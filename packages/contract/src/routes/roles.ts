import { z } from 'zod';
import { scope } from '../api-key-schemas.ts';
import { edit, etag } from '../edit.ts';
import { roleId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';
import { FINAL_SCOPES_OF_ROLES } from './final-scopes.ts';

const tag = 'Roles';
const params = z.strictObject({ id: roleId });
const scopes = z.array(z.string().max(64)).max(200).meta({ description: FINAL_SCOPES_OF_ROLES });
const description = z.union([z.literal(''), visibleLine(200)]);

const role = z
  .strictObject({
    id: roleId,
    name: z.string(),
    description: z.string(),
    scopes: z.array(scope),
    builtIn: z.boolean(),
    membersCount: z.int(),
    etag,
  })
  .meta({ id: 'Role' });
export type Role = z.output<typeof role>;

export const listRoles = defineRoute({
  method: 'GET',
  path: '/v1/roles',
  access: 'roles.read',
  summary: 'List roles, the built-in ones first',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(role),
  errors: [],
});

export const createRole = defineRoute({
  method: 'POST',
  path: '/v1/roles',
  access: 'roles.create',
  summary: 'Create a custom role, up to your own scopes',
  tag,
  body: z.strictObject({ name: visibleLine(64), description: description.optional(), scopes }),
  status: 201,
  response: role,
  errors: [
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'idempotency_conflict',
    'recent_sign_in_required',
  ],
  idempotent: true,
});

export const updateRole = defineRoute({
  method: 'PATCH',
  path: '/v1/roles/{id}',
  access: 'roles.edit',
  summary: 'Change a custom role; the change applies to sessions and keys of its members at once',
  tag,
  params,
  body: edit({
    name: visibleLine(64).optional(),
    description: description.optional(),
    scopes: scopes.optional(),
  }),
  status: 200,
  response: role,
  errors: [
    'not_found',
    'invalid_state',
    'edit_conflict',
    'scope_not_held',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});

export const deleteRole = defineRoute({
  method: 'DELETE',
  path: '/v1/roles/{id}',
  access: 'roles.delete',
  summary: 'Delete a custom role; one in use needs a replacement',
  tag,
  params,
  query: z.strictObject({
    replacementRoleId: roleId
      .optional()
      .meta({ description: `Role that its members receive instead. ${FINAL_SCOPES_OF_ROLES}` }),
  }),
  status: 204,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});
