import { type KeyObject, sign, verify } from 'node:crypto';
import { type AppliedClaims, appliedStatement } from '@tollkeeper/contract';
import { z } from 'zod';

/** A signature, and when the gateway made it by its own clock, in milliseconds since 1970. */
export const applied = z.strictObject({
  atMs: z.int().min(0),
  /** Over `appliedStatement`: 64 bytes in base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type SignedApplied = z.output<typeof applied>;

/** @param identity the gateway's private key */
export function signApplied(identity: KeyObject, claims: AppliedClaims): SignedApplied {
  const signature = sign(null, Buffer.from(appliedStatement(claims)), identity).toString(
    'base64url',
  );
  return { atMs: claims.atMs, signature };
}

/** Whether the gateway of the public key stated it. Anything that is no signature is false. */
export function verifyApplied(key: KeyObject, claims: AppliedClaims, signature: string): boolean {
  if (!applied.shape.signature.safeParse(signature).success) return false;
  return verify(
    null,
    Buffer.from(appliedStatement(claims)),
    key,
    Buffer.from(signature, 'base64url'),
  );
}
