import { type KeyObject, sign, verify } from 'node:crypto';
import { helloText, signature } from '@tollkeeper/contract';

/** What a gateway proves on one connection: that it is the one, here and now. */
export interface HelloProof {
  /** Of this connection's challenge. */
  readonly nonce: string;
  readonly gatewayId: string;
  readonly instanceId: string;
}

/** In base64url. @param identity the gateway's private key */
export function signHello(identity: KeyObject, proof: HelloProof): string {
  return sign(null, bytesOf(proof), identity).toString('base64url');
}

/** Whether the gateway of the public key signed it. Anything that is no signature is false. */
export function verifyHello(key: KeyObject, proof: HelloProof, text: string): boolean {
  if (!signature.safeParse(text).success) return false;
  return verify(null, bytesOf(proof), key, Buffer.from(text, 'base64url'));
}

function bytesOf({ nonce, gatewayId, instanceId }: HelloProof): Buffer {
  return Buffer.from(helloText(nonce, gatewayId, instanceId));
}
