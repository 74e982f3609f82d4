import { type Decision, UNAVAILABLE } from '@tollkeeper/gateway-core';
import { type Call, refuse } from './call.ts';
import type { Services } from './services.ts';

/** Goes on with a decision: at once, unless it waits for counters that are elsewhere. */
export function whenDecided(
  services: Services,
  call: Call,
  decision: Decision | Promise<Decision>,
  goOn: (decision: Decision) => void,
): void {
  if (!(decision instanceof Promise)) {
    goOn(decision);
    return;
  }
  decision.then(goOn).catch((error: unknown) => {
    services.log.error({ err: error }, 'request could not be decided');
    refuse(services, call, UNAVAILABLE);
  });
}
