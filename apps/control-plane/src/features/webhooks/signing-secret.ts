import { type KeyObject, sign } from 'node:crypto';
import type { WebhookSignature } from '@tollkeeper/contract';
import { publicKeyText, readIdentity } from '@tollkeeper/protocol';
import { Webhook } from 'standardwebhooks';

/** Names the key that encrypts signing secrets in the database. */
export const WEBHOOK_KEY_INFO = 'tollkeeper webhook secrets 1';
/** Of an HMAC key, and of the seed of an Ed25519 key. */
const SECRET_BYTES = 32;

export function createSigningSecret(randomBytes: (count: number) => Uint8Array): Buffer {
  return Buffer.from(randomBytes(SECRET_BYTES));
}

/** The secret as Standard Webhooks writes it. */
export function secretText(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** The public key of an Ed25519 secret as Standard Webhooks writes it. */
export function webhookPublicKey(secret: Buffer): string {
  return `whpk_${Buffer.from(publicKeyText(privateKeyOf(secret)), 'base64url').toString('base64')}`;
}

/** A message as Standard Webhooks signs it. */
export interface SignedMessage {
  readonly id: string;
  readonly timestampS: number;
  readonly body: string;
}

/** Value of the header `webhook-signature`: one signature by each secret. */
export function signatureHeader(
  signature: WebhookSignature,
  secrets: readonly Buffer[],
  { id, timestampS, body }: SignedMessage,
): string {
  const signer = signers[signature];
  return secrets.map((secret) => signer(secret, { id, timestampS, body })).join(' ');
}

type Signer = (secret: Buffer, message: SignedMessage) => string;

const signers: Readonly<Record<WebhookSignature, Signer>> = {
  v1: (secret, { id, timestampS, body }) =>
    new Webhook(secret, { format: 'raw' }).sign(id, new Date(timestampS * 1000), body),
  // The library does not have it.
  v1a: (secret, { id, timestampS, body }) => {
    const text = Buffer.from(`${id}.${timestampS}.${body}`);
    return `v1a,${sign(null, text, privateKeyOf(secret)).toString('base64')}`;
  },
};

function privateKeyOf(seed: Buffer): KeyObject {
  return readIdentity(seed.toString('base64url'));
}
