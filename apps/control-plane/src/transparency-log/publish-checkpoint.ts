import type { LogServices } from './log-identity.ts';

/**
 * Sends a new checkpoint to those who witness it.
 * @param checkpoint the signed note; it is committed
 */
export async function publishCheckpoint(
  _services: LogServices,
  _organizationId: string,
  _checkpoint: string,
): Promise<void> {}
