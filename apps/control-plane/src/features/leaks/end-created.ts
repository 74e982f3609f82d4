import type { Services } from '../../context.ts';
import { resumeCascade } from '../api-keys/index.ts';

/** Ends what leaked keys created, without waiting for it: where this process ends, a job goes on. */
export function endCreated(
  services: Services,
  organizationId: string,
  cascadeId: string | undefined,
): void {
  if (cascadeId === undefined) return;
  resumeCascade(services, { organizationId, id: cascadeId }).catch((error: unknown) =>
    services.log.warn({ err: error, cascadeId }, 'cascade interrupted: a job will finish it'),
  );
}
