import { z } from 'zod';
import { gatewayId, workspaceId } from '../ids.ts';
import { visibleLine } from '../text.ts';
import { signature } from './public-key.ts';

/** One run of a gateway's process: made anew at each start, so that two at once are told apart. */
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
  workspaceId,
  /** The version that it decides with; null when it has no snapshot. */
  version: z.int().min(0).nullable(),
  softwareVersion: visibleLine(64),
  hostname: visibleLine(253),
  staleMaxMs: z.int().min(0).nullable(),
});
export type Hello = z.output<typeof hello>;

/** What a gateway signs to prove its identity on one connection. */
export function helloText(nonce: string, gateway: string, instance: string): string {
  return `tollkeeper fleet hello\n${nonce}\n${gateway}\n${instance}`;
}
