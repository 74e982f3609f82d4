import type { LogServices } from './log-identity.ts';

/**
 * Sends a new checkpoint to the gateways that are connected here; those of other processes are sent
 * it within seconds.
 * @param checkpoint the signed note; it is committed
 */
export async function publishCheckpoint(
  services: LogServices,
  organizationId: string,
  checkpoint: string,
): Promise<void> {
  services.onCheckpoint(organizationId, checkpoint);
}
