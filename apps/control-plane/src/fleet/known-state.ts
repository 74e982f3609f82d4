import type { Hello, UpwardOf } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { GatewayFacts } from './find-gateways.ts';
import type { Lineages } from './lineages.ts';

/** State of a gateway, where it belongs to the lineage that the database holds. */
export type KnownState = Pick<UpwardOf<'ack'>, 'version' | 'latest'>;

const RESTORED =
  'gateway has versions that the database does not hold, as after a restore from a backup; sending a snapshot';

/**
 * State that the gateway reports, if changes can continue from it, and the epoch that it is sent.
 * @returns undefined when its workspace is gone
 */
export async function findKnownState(
  lineages: Lineages,
  log: Logger,
  gateway: GatewayFacts,
  { version, latest }: Hello,
): Promise<{ epoch: string; known: KnownState | undefined } | undefined> {
  const { id, workspaceId } = gateway;
  // The lineage that this process sent may have ended: find out before the new connection uses it.
  await lineages.find(workspaceId);
  const epoch = lineages.epochOf(workspaceId);
  const current = await lineages.compare(workspaceId, latest);
  if (!current) return undefined;
  if (current.contained === 'no') {
    const facts = { gatewayId: id, workspaceId, version, currentVersion: current.version };
    log.warn(facts, RESTORED);
  }
  const isKnown = version !== null && latest !== null && version <= latest.version;
  return { epoch, known: isKnown && current.contained === 'yes' ? { version, latest } : undefined };
}
