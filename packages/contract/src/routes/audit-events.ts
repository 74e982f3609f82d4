import { z } from 'zod';
import {
  AUDIT_ACTION_FILTER,
  AUDIT_ACTION_FILTER_RULE,
  AUDIT_ACTOR_ID,
  AUDIT_ACTOR_ID_RULE,
  AUDIT_TARGET_TYPES,
  auditEventView,
} from '../audit-event-schemas.ts';
import { auditEventId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instantWithOffset, ipAddress, visibleLine } from '../text.ts';

const tag = 'Audit log';

/** The filters of the audit log, which its list and its export share. */
export const auditEventFilters = {
  actorId: z
    .string()
    .regex(AUDIT_ACTOR_ID, AUDIT_ACTOR_ID_RULE)
    .optional()
    .meta({
      description:
        'Only events of this member, by session or by any of their keys; or of this API key or join key',
      examples: ['mem_7dQx0mJ2vK4tR9sZ1aBc'],
    }),
  action: z
    .string()
    .max(64)
    .regex(AUDIT_ACTION_FILTER, AUDIT_ACTION_FILTER_RULE)
    .optional()
    .meta({
      description: 'Only this action, or all actions of a group, such as `api_key.*`',
      examples: ['api_key.revoke', 'api_key.*'],
    }),
  targetType: z.enum(AUDIT_TARGET_TYPES).optional(),
  targetId: visibleLine(64)
    .optional()
    .meta({
      description: 'Only events about the thing with this id, also once it was deleted',
      examples: ['key_7dQx0mJ2vK4tR9sZ1aBc'],
    }),
  from: instantWithOffset.optional().meta({ description: 'Only events at this time or later' }),
  to: instantWithOffset.optional().meta({ description: 'Only events before this time' }),
  ip: ipAddress.optional().meta({ description: 'Only events that came from this address' }),
  requestId: visibleLine(64)
    .optional()
    .meta({
      description: 'Only events of the request with this id',
      examples: ['req_4b825dc6-42cb-4e3a-9d6b-1f0c2a7f5e11'],
    }),
  search: visibleLine(64).optional().meta({
    description:
      'Text that the name of the target contains, or the name that the actor has now; letter case does not matter',
  }),
};

export const listAuditEvents = defineRoute({
  method: 'GET',
  path: '/v1/audit-events',
  access: 'audit.read',
  summary:
    'List audit events, the newest first; a credential that is confined to a workspace sees the events of that workspace',
  tag,
  query: z.strictObject({
    ...listQuery,
    cursor: listQuery.cursor.meta({
      description:
        '`nextCursor` of the previous page. Where a filter takes long, a page has fewer events than `limit`, or none, and a `nextCursor` that goes on with the search',
    }),
    ...auditEventFilters,
    order: z.enum(['asc', 'desc']).default('desc').meta({
      description:
        'With `asc`, the oldest come first and every page has a `nextCursor`, by which you can ask for later events again and again',
    }),
  }),
  status: 200,
  response: listOf(auditEventView),
  errors: [],
});

export const getAuditEvent = defineRoute({
  method: 'GET',
  path: '/v1/audit-events/{id}',
  access: 'audit.read',
  summary: 'Read an audit event',
  tag,
  params: z.strictObject({ id: auditEventId }),
  status: 200,
  response: auditEventView,
  errors: ['not_found'],
});
