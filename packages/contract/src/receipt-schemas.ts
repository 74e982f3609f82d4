import { z } from 'zod';

/** First field of every receipt: what it is, and its version. */
export const RECEIPT_TYPE = 'tollkeeper.receipt/v1';

const name = z.string().nullable().meta({
  description: 'Null for callers without fleet.read',
});

/**
 * A file that proves, without a server, that a key was ended and which gateways know. The fields stand
 * in alphabetical order, so that the JSON of a receipt, without white space, is canonical (RFC 8785):
 * a receipt has one text, which is signed.
 */
export const receipt = z
  .strictObject({
    acknowledgements: z
      .array(
        z.strictObject({
          atMs: z.int().min(0),
          gatewayId: name,
          gatewayName: name,
          latestRevision: z.string(),
          latestVersion: z.int().min(0),
          publicKey: z.string(),
          signature: z.string(),
          version: z.int().min(0),
          workspaceId: z.string(),
        }),
      )
      .meta({
        description:
          'What each gateway signed: that from this moment on, by its clock, it decides with this version of its workspace, or a later one',
      }),
    keyId: z.string(),
    leaf: z.string().meta({
      description: 'The audit event that ended the key, as it is a leaf of the transparency log',
    }),
    logKey: z.string().meta({ description: 'Verifier key of the transparency log' }),
    madeAt: z.string(),
    pending: z
      .array(z.strictObject({ gatewayId: name, gatewayName: name, workspaceId: z.string() }))
      .meta({ description: 'Gateways that have not acknowledged the change, or did not sign it' }),
    proof: z.string().meta({
      description: 'That the leaf is in the log: C2SP tlog-proof, with a cosigned checkpoint',
    }),
    required: z.array(z.strictObject({ version: z.int().min(0), workspaceId: z.string() })).meta({
      description:
        'From which version on the gateways of each workspace decide with the change; empty once that is no longer on record',
    }),
    signature: z.string().meta({
      description: 'Signature line of the log over the rest of the receipt',
    }),
    type: z.literal(RECEIPT_TYPE),
    witnesses: z.array(z.string()).meta({
      description: 'Verifier keys of the gateways whose cosignatures the checkpoint has',
    }),
  })
  .meta({ id: 'Receipt' });
export type Receipt = z.output<typeof receipt>;
