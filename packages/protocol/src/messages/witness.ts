import { publicKey } from '@tollkeeper/contract';
import { z } from 'zod';

/** The longest checkpoint, verifier key or cosignature that either side sends, in characters. */
export const CHECKPOINT_LENGTH_MAX = 4096;

/**
 * What a gateway found wrong with the transparency log: `fork` is a checkpoint that contradicts the
 * one that it kept, `rollback` is a smaller one, and `log_key` is one of another log or another key.
 */
export const WITNESS_ALARMS = ['fork', 'rollback', 'log_key'] as const;
export type WitnessAlarmKind = (typeof WITNESS_ALARMS)[number];

const alarm = z.strictObject({
  kind: z.enum(WITNESS_ALARMS),
  /** By the clock of the gateway, in milliseconds since 1970. */
  atMs: z.int().min(0),
  /** Signed note of the checkpoint that the gateway last cosigned. */
  kept: z.string().max(CHECKPOINT_LENGTH_MAX),
  /** Signed note that it refused. */
  received: z.string().max(CHECKPOINT_LENGTH_MAX),
});
export type WitnessAlarm = z.output<typeof alarm>;

/** Sent after the welcome, and whenever the gateway did not cosign what it was sent. */
export const witness = z.strictObject({
  type: z.literal('witness'),
  /** Key that it cosigns with: its own, and not its identity. */
  publicKey,
  /** Size of the checkpoint that it last cosigned; 0 for none. */
  size: z.int().min(0),
  /** Null while nothing was ever wrong. */
  alarm: alarm.nullable(),
});

/** The gateway has stored the checkpoint of the size, and cosigned it. */
export const cosignature = z.strictObject({
  type: z.literal('cosignature'),
  size: z.int().min(0),
  /** Signature line of a note, with its line feed. */
  line: z.string().max(CHECKPOINT_LENGTH_MAX),
});
