import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { DAYS_MAX } from './organization.ts';

/** The fewest days that an organization can keep its audit events. */
export const RETENTION_DAYS_MIN = 30;

/** How long audit events are kept, and from where on they still are. */
export const auditRetention = {
  retentionDays: z.int().nullable().meta({
    description: 'Days after which audit events are deleted; null where they are kept for ever',
  }),
  firstSequence: z.int().meta({
    description: 'The first event that is kept: those before it were deleted by the retention',
  }),
};

export const updateAuditLog = defineRoute({
  method: 'PATCH',
  path: '/v1/audit-log',
  access: 'organization.settings',
  summary:
    'Set how long audit events are kept. A daily job deletes older ones; what is left stays provable. In a session, keeping them for less time than before needs a recent sign-in',
  tag: 'Audit log',
  body: z.strictObject({
    retentionDays: z
      .int()
      .min(RETENTION_DAYS_MIN)
      .max(DAYS_MAX)
      .nullable()
      .meta({ description: 'At least 30; null keeps them for ever', examples: [365] }),
  }),
  status: 200,
  response: z.strictObject(auditRetention).meta({ id: 'AuditRetention' }),
  errors: ['outside_workspace', 'recent_sign_in_required'],
});
