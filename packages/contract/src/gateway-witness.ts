import { z } from 'zod';
import { instant } from './text.ts';

/**
 * `fork` is a checkpoint that contradicts the one before, `rollback` a smaller one, `log_key` one of
 * another log or another key; `witness_key` means that the gateway came with another key of its own than before,
 * or with that of another gateway.
 */
export const WITNESS_ALARM_KINDS = ['fork', 'rollback', 'log_key', 'witness_key'] as const;

export const gatewayWitness = z
  .strictObject({
    key: z.string().nullable().meta({
      description: 'Verifier key of its cosignatures; null until it has witnessed',
    }),
    size: z.int().nullable().meta({
      description: 'Events in the last checkpoint that it cosigned',
    }),
    cosignedAt: instant.nullable(),
    alarm: z
      .strictObject({
        kind: z.enum(WITNESS_ALARM_KINDS),
        at: instant,
        kept: z.string().meta({ description: 'Checkpoint that the gateway had cosigned, or key' }),
        received: z.string().meta({ description: 'What came in its place' }),
      })
      .nullable()
      .meta({ description: 'What the gateway found wrong with the audit log' }),
  })
  .meta({ description: 'The gateway as a witness of the transparency log' });
