import { z } from 'zod';
import { gatewayId, workspaceId } from '../ids.ts';
import { visibleLine } from '../text.ts';
import { nonce } from './nonce.ts';
import { position, version } from './position.ts';
import { signature } from './public-key.ts';

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
  /** Over `helloText`. */
  signature,
  /** The gateway's own, new for each connection; the first check, too. */
  nonce,
  workspaceId,
  /** The version that it decides with; null when it wants a whole snapshot. */
  version: version.nullable(),
  /** The newest that what it decides with may tell of; null as the version is. */
  seen: position.nullable(),
  softwareVersion: visibleLine(64),
  hostname: visibleLine(253),
  staleMaxMs: z.int().min(0).nullable(),
});
export type Hello = z.output<typeof hello>;

/** What of a hello is signed: all but what people read. */
export type HelloClaims = Pick<
  Hello,
  'gatewayId' | 'instanceId' | 'nonce' | 'workspaceId' | 'version' | 'seen'
>;

/** What a gateway signs to prove its identity on one connection. @param challenge its nonce */
export function helloText(challenge: string, claims: HelloClaims): string {
  const { gatewayId: gateway, instanceId: instance, nonce: own, workspaceId: place } = claims;
  const state = [claims.version, claims.seen?.version, claims.seen?.mark];
  return [
    'tollkeeper fleet hello 2',
    ...[challenge, gateway, instance, own, place],
    ...state.map((each) => each ?? 'none'),
  ].join('\n');
}
