import { z } from 'zod';
import { auditEvent, EXPORT_CURSOR, EXPORT_CURSOR_RULE } from '../audit-event-schemas.ts';
import { defineRoute } from '../route.ts';
import { auditEventFilters } from './audit-events.ts';

const exportHead = z.strictObject({
  checkpoint: z.string().meta({ description: 'Signed note (C2SP tlog-checkpoint)' }),
  publicKey: z.string().meta({ description: 'Verifier key of the log (C2SP signed-note)' }),
  filter: z.record(z.string(), z.string()).meta({
    description:
      'What the export was asked for, and the workspace that the credential is confined to; empty for all events. Then only events that the retention has deleted are `skipped`',
  }),
});

const subtree = z.strictObject({
  start: z.int().meta({ description: 'Index of the first leaf of a complete subtree' }),
  end: z.int().meta({ description: 'Index after its last leaf' }),
  hash: z.string().meta({ description: 'Its hash, in base64' }),
});

const skippedEvents = z.strictObject({ skipped: subtree });

const missingEvents = z.strictObject({
  missing: subtree.meta({
    description:
      'Events that no filter left out: somebody deleted or damaged them in the database of the server',
  }),
});

const leafHashes = z.strictObject({
  leafHashes: z.string().meta({
    description:
      'Hashes of the events that follow, as the tree has them: 32 bytes each, one after the other, in base64',
  }),
});

const prunedEvents = z.strictObject({
  pruned: z
    .strictObject({
      leaf: z.string().meta({ description: 'The event that says from where on events are kept' }),
      checkpoint: z.string().meta({ description: 'Signed note of a tree that has that event' }),
      inclusion: z.array(z.string()).meta({ description: 'Proof that it has it (RFC 6962)' }),
      consistency: z.array(z.string()).meta({
        description: 'Proof that it continues the tree of the export (RFC 6962)',
      }),
    })
    .meta({
      description:
        'The retention deleted the events that are `skipped` next: comes with an export of all events alone',
    }),
});

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
    proof: z.enum(['true', 'false']).default('false').meta({
      description:
        'With `true`, JSON Lines that prove themselves: first the signed checkpoint and the public key, then the events up to that checkpoint, each preceded by its hash in the tree, and between them hashes of what the filters left out',
    }),
    cursor: z
      .string()
      .regex(EXPORT_CURSOR, EXPORT_CURSOR_RULE)
      .optional()
      .meta({
        description:
          'Sequence of the last event that you have, which every line carries (`sequence`; in OCSF `metadata.sequence`): the export goes on after it, without a header. A second number sets where it ends, as in `4711-9000`; with `proof`, that is the size of the checkpoint in the first line, and must be given',
        examples: ['4711'],
      }),
  }),
  status: 200,
  stream: {
    contentType: 'application/x-ndjson',
    fileName: 'audit-events.jsonl',
    line: z.union([auditEvent, exportHead, skippedEvents, missingEvents, leafHashes, prunedEvents]),
    formats: {
      csv: { contentType: 'text/csv', fileName: 'audit-events.csv' },
      ocsf: { contentType: 'application/x-ndjson', fileName: 'audit-events.ocsf.jsonl' },
    },
  },
  errors: ['invalid_state'],
});
