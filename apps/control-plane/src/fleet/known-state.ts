import type { Hello, UpwardOf } from '@tollkeeper/contract';
import type { Logger } from 'pino';
import type { GatewayFacts } from './find-gateways.ts';
import type { Histories } from './histories.ts';

/** State of a gateway, where it belongs to the history that the database holds. */
export type KnownState = Pick<UpwardOf<'ack'>, 'version' | 'seen'>;

const RESTORED =
  'gateway has versions that the database does not hold, as after a restore from a backup; sending a snapshot';

/**
 * State that the gateway reports, if changes can continue from it, and the epoch that it is sent.
 * @returns undefined when its workspace is gone
 */
export async function findKnownState(
  histories: Histories,
  log: Logger,
  gateway: GatewayFacts,
  { version, seen }: Hello,
): Promise<{ epoch: string; known: KnownState | undefined } | undefined> {
  const { id, workspaceId } = gateway;
  // The history that this process sent may have ended: find out before the new connection uses it.
  await histories.find(workspaceId);
  const epoch = histories.epochOf(workspaceId);
  const standing = await histories.compare(workspaceId, seen);
  if (!standing) return undefined;
  if (standing.held === 'no') {
    const facts = { gatewayId: id, workspaceId, version, currentVersion: standing.version };
    log.warn(facts, RESTORED);
  }
  const isKnown = version !== null && seen !== null && version <= seen.version;
  return { epoch, known: isKnown && standing.held === 'yes' ? { version, seen } : undefined };
}
