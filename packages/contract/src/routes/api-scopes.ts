import { z } from 'zod';
import { edit, etag } from '../edit.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { apiScopeName } from '../scopes.ts';
import { instant, visibleLine } from '../text.ts';

const tag = 'API scopes';
const params = z.strictObject({ name: apiScopeName });
const description = z.union([z.literal(''), visibleLine(200)]);

/** So many API scopes an organization can define. */
export const API_SCOPES_MAX = 1000;

const apiScope = z
  .strictObject({
    name: apiScopeName,
    description: z.string(),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'ApiScope' });
export type DefinedApiScope = z.output<typeof apiScope>;

export const listApiScopes = defineRoute({
  method: 'GET',
  path: '/v1/api-scopes',
  access: 'policies.read',
  summary: 'List the scopes that the organization defines for its own APIs, by name',
  tag,
  query: z.strictObject({
    ...listQuery,
    search: visibleLine(64)
      .optional()
      .meta({ description: 'Text that the name or the description contains' }),
  }),
  status: 200,
  response: listOf(apiScope),
  errors: [],
});

export const createApiScope = defineRoute({
  method: 'POST',
  path: '/v1/api-scopes',
  access: 'policies.create',
  summary: `Define a scope for your own APIs, up to ${API_SCOPES_MAX.toLocaleString('en')} in an organization`,
  tag,
  body: z.strictObject({ name: apiScopeName, description: description.optional() }),
  status: 201,
  response: apiScope,
  errors: ['invalid_state', 'outside_workspace', 'idempotency_conflict'],
  idempotent: true,
});

export const updateApiScope = defineRoute({
  method: 'PATCH',
  path: '/v1/api-scopes/{name}',
  access: 'policies.edit',
  summary: 'Change the description of a scope for your own APIs; its name stays',
  tag,
  params,
  body: edit({ description: description.optional() }),
  status: 200,
  response: apiScope,
  errors: ['not_found', 'edit_conflict', 'outside_workspace'],
});

export const deleteApiScope = defineRoute({
  method: 'DELETE',
  path: '/v1/api-scopes/{name}',
  access: 'policies.delete',
  summary: 'Delete a scope for your own APIs; one in use needs a confirmation',
  tag,
  params,
  query: z.strictObject({
    confirm: z.enum(['true', 'false']).default('false').meta({
      description:
        'Whether to delete a scope that keys or roles hold, which removes it from all of them, or that policies ask for. To remove it, you must hold it yourself',
    }),
  }),
  status: 204,
  errors: ['not_found', 'invalid_state', 'scope_not_held', 'outside_workspace'],
});
