import { z } from 'zod';
import { auditEventId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';
import { auditRetention } from './audit-retention.ts';

const tag = 'Audit log';

/** Outline of a path of C2SP tlog-tiles below `tile/`; the server reads what passes it. */
export const TILE_PATH =
  /^(?:entries|[0-9]{1,2})(?:\/x[0-9]{3}){0,5}\/[0-9]{3}(?:\.p\/[0-9]{1,3})?$/;
export const TILE_PATH_RULE = 'must be the path of a tile, such as 0/x001/234 or entries/000.p/7';

/** A witness that the operator configured. */
export const auditLogWitness = z
  .strictObject({
    name: z.string(),
    size: z.int().meta({ description: 'How many events it has cosigned; 0 for none' }),
    cosignedAt: instant.nullable().meta({ description: 'When it cosigned last' }),
    problem: z.string().nullable().meta({
      description: 'Why it did not cosign the last checkpoint; null while all is well',
    }),
    alarm: z.enum(['fork', 'rollback']).nullable().meta({
      description:
        'What it found wrong: the log contradicts what it has cosigned (`fork`), or is shorter (`rollback`). Null once it has cosigned again',
    }),
  })
  .meta({ id: 'AuditLogWitness' });

export const auditLog = z
  .strictObject({
    origin: z.string().meta({ description: 'Name of the log, which its checkpoints begin with' }),
    publicKey: z.string().meta({
      description:
        'Verifier key (C2SP signed-note) of the checkpoints. Keep it elsewhere, to verify without trusting the server',
    }),
    size: z.int().meta({ description: 'How many events the last checkpoint covers' }),
    rootHash: z
      .string()
      .nullable()
      .meta({ description: 'Root of the tree, in base64; null before the first checkpoint' }),
    checkpointAt: instant.nullable().meta({ description: 'When the last checkpoint was signed' }),
    ...auditRetention,
    witnesses: z
      .array(auditLogWitness)
      .meta({ description: 'The outside witnesses that the operator of the server configured' }),
    problem: z.string().nullable().meta({
      description:
        'What is wrong with the stored log, which somebody else than the server changed: why no more events are integrated into the tree, or which events that were integrated are not as they were signed. Null while all is well',
    }),
  })
  .meta({ id: 'AuditLog' });
export type AuditLog = z.output<typeof auditLog>;

export const getAuditLog = defineRoute({
  method: 'GET',
  path: '/v1/audit-log',
  access: 'audit.read',
  summary:
    'Read the state of the transparency log of the audit events, and the key to verify it with',
  tag,
  status: 200,
  response: auditLog,
  errors: [],
});

export const getAuditCheckpoint = defineRoute({
  method: 'GET',
  path: '/v1/audit-log/checkpoint',
  access: 'audit.read',
  summary: 'Read the last checkpoint of the transparency log, a signed note (C2SP tlog-checkpoint)',
  tag,
  status: 200,
  stream: { contentType: 'text/plain; charset=utf-8' },
  errors: ['not_found'],
});

export const getAuditTile = defineRoute({
  method: 'GET',
  path: '/v1/audit-log/tile/{path}',
  segments: 'path',
  access: 'audit.read',
  summary:
    'Read a tile or an entry bundle of the transparency log (C2SP tlog-tiles); not for credentials that are confined to a workspace',
  tag,
  params: z.strictObject({
    path: z
      .string()
      .max(48)
      .regex(TILE_PATH, TILE_PATH_RULE)
      .meta({
        description:
          'Such as `0/x001/234` for hashes or `entries/000.p/7` for events; the slashes are those of the path',
        examples: ['0/000.p/1'],
      }),
  }),
  status: 200,
  stream: { contentType: 'application/octet-stream' },
  errors: ['not_found', 'outside_workspace'],
});

export const getAuditProof = defineRoute({
  method: 'GET',
  path: '/v1/audit-events/{id}/proof',
  access: 'audit.read',
  summary: 'Prove that an audit event is in the transparency log',
  tag,
  params: z.strictObject({ id: auditEventId }),
  status: 200,
  response: z
    .strictObject({
      leaf: z.string().meta({
        description: 'The event as it is a leaf of the log: its canonical JSON (RFC 8785)',
      }),
      proof: z.string().meta({
        description:
          'Index, inclusion proof and checkpoint (C2SP tlog-proof), which `publicKey` verifies',
      }),
      publicKey: z.string(),
    })
    .meta({ id: 'AuditProof' }),
  errors: ['not_found'],
});
