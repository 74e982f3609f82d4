import { type KeyObject, sign, verify } from 'node:crypto';
import { type HelloClaims, helloText, signature } from '../messages/hello.ts';

/**
 * What a gateway proves on one connection: that it is the one, here and now, and what it has. In
 * base64url.
 * @param identity the gateway's private key
 * @param challenge the nonce of this connection's challenge
 */
export function signHello(identity: KeyObject, challenge: string, claims: HelloClaims): string {
  return sign(null, bytesOf(challenge, claims), identity).toString('base64url');
}

/** Whether the gateway of the public key signed it. Anything that is no signature is false. */
export function verifyHello(
  key: KeyObject,
  challenge: string,
  claims: HelloClaims,
  text: string,
): boolean {
  if (!signature.safeParse(text).success) return false;
  return verify(null, bytesOf(challenge, claims), key, Buffer.from(text, 'base64url'));
}

function bytesOf(challenge: string, claims: HelloClaims): Buffer {
  return Buffer.from(helloText(challenge, claims));
}
