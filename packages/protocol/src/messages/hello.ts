import { gatewayId, visibleLine, workspaceId } from '@tollkeeper/contract';
import { z } from 'zod';
import { position, version } from './position.ts';

/** 32 random bytes in base64url: an answer that repeats them proves that it is new. */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** An Ed25519 signature: 64 bytes in base64url. */
export const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

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
export function helloText(challenge: string, claims: HelloClaims): string {
  const { gatewayId: gateway, instanceId: instance, nonce: own, workspaceId: place } = claims;
  const state = [claims.version, claims.latest?.version, claims.latest?.revision];
  return [
    'tollkeeper fleet hello 3',
    ...[challenge, gateway, instance, own, place],
    ...state.map((each) => each ?? 'none'),
  ].join('\n');
}
