import { z } from 'zod';
import { auditEvent, EXPORT_CURSOR, EXPORT_CURSOR_RULE } from '../audit-event-schemas.ts';
import { defineRoute } from '../route.ts';
import { auditEventFilters } from './audit-events.ts';

export const exportAuditEvents = defineRoute({
  method: 'GET',
  path: '/v1/audit-events/export',
  access: 'audit.export',
  summary:
    'Export audit events, the oldest first, up to the newest that there is when it begins. A connection that ends early ends without the end of a chunked answer: go on with `cursor`',
  tag: 'Audit log',
  query: z.strictObject({
    ...auditEventFilters,
    format: z.enum(['jsonl', 'csv', 'ocsf']).default('jsonl').meta({
      description:
        'JSON Lines of the events as the log holds them (canonical JSON, RFC 8785); CSV (RFC 4180); or JSON Lines of OCSF 1.9 events',
    }),
    cursor: z
      .string()
      .regex(EXPORT_CURSOR, EXPORT_CURSOR_RULE)
      .optional()
      .meta({
        description:
          'Sequence of the last event that you have, which every line carries (`sequence`; in OCSF `metadata.sequence`): the export goes on after it, without a header. A second number sets where it ends, as in `4711-9000`',
        examples: ['4711'],
      }),
  }),
  status: 200,
  stream: {
    contentType: 'application/x-ndjson',
    fileName: 'audit-events.jsonl',
    line: auditEvent,
    formats: {
      csv: { contentType: 'text/csv', fileName: 'audit-events.csv' },
      ocsf: { contentType: 'application/x-ndjson', fileName: 'audit-events.ocsf.jsonl' },
    },
  },
  errors: [],
});
