import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { Services } from '../../context.ts';

/** Depends on the server's settings alone, never on who asks. */
export function getPasswordReset({
  services,
}: {
  readonly services: Pick<Services, 'mailer'>;
}): RouteOutput<Routes['getPasswordReset']> {
  return { delivery: services.mailer ? 'mail' : 'operator' };
}
