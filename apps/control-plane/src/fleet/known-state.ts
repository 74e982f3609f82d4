import type { Hello, UpwardOf } from '@tollkeeper/contract';
import type { Logger } from 'pino';
import type { GatewayFacts } from './find-gateways.ts';
import type { Histories } from './histories.ts';

/** What a gateway has, where that is of the history that the database holds. */
export type KnownState = Pick<UpwardOf<'ack'>, 'version' | 'seen'>;

const RESTORED =
  'a gateway has heard of versions that the database does not hold, as after a restore from a backup: it gets a whole snapshot';

/**
 * What the gateway says that it has, if that can be gone on from, and the epoch in which it is told.
 * @returns undefined when its workspace is gone
 */
export async function findKnownState(
  histories: Histories,
  log: Logger,
  gateway: GatewayFacts,
  { version, seen }: Hello,
): Promise<{ epoch: string; known: KnownState | undefined } | undefined> {
  const { id, workspaceId } = gateway;
  // What this process told before may be over: better now than on the new connection.
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
