import { type KeyObject, sign, verify } from 'node:crypto';
import { gatewayId, visibleLine, workspaceId } from '@tollkeeper/contract';
import { z } from 'zod';

export const version = z.int().min(0);

/**
 * A point in the lineage of a workspace. The revision is random and drawn with each version: a database
 * that was restored from a backup counts on from an older version, so that two lineages can have
 * equal version numbers, but never equal revisions.
 */
export const position = z.strictObject({ version, revision: z.guid() });
export type Position = z.output<typeof position>;

/** 32 random bytes in base64url: an answer that repeats them proves that it is new. */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** An Ed25519 signature: 64 bytes in base64url. */
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

/** One run of a gateway's process: new at each start, so that two at once can be distinguished. */
export const instanceId = z.string().regex(/^[0-9a-f]{32}$/);

/**
 * The gateway's first message. It proves who it is by signing the challenge of this very
 * connection, so that nothing can be replayed and no clock matters.
 */
export const hello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int(),
  gatewayId,
  instanceId,
  /** Signature over `helloText`. */
  signature,
  /** New for each connection; serves as the nonce of the first check, too. */
  nonce,
  workspaceId,
  /** The version that it decides with; null when it wants a whole snapshot. */
  version: version.nullable(),
  /** Latest position that its keys may reflect; null when the version is. */
  latest: position.nullable(),
  softwareVersion: visibleLine(64),
  hostname: visibleLine(253),
  staleMaxMs: z.int().min(0).nullable(),
});
export type Hello = z.output<typeof hello>;

/** Fields of a hello that are signed: all but those that only people read. */
export type HelloClaims = Pick<
  Hello,
  'gatewayId' | 'instanceId' | 'nonce' | 'workspaceId' | 'version' | 'latest'
>;

/** What a gateway signs to prove its identity on one connection. @param challenge its nonce */
function helloText(challenge: string, claims: HelloClaims): string {
  const { gatewayId: gateway, instanceId: instance, nonce: own, workspaceId: place } = claims;
  const state = [claims.version, claims.latest?.version, claims.latest?.revision];
  return [
    'tollkeeper fleet hello 3',
    ...[challenge, gateway, instance, own, place],
    ...state.map((each) => each ?? 'none'),
  ].join('\n');
}

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
