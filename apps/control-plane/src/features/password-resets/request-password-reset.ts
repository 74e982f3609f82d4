import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import type { Services } from '../../context.ts';
import { getPasswordReset } from './get-password-reset.ts';

interface Visitor {
  readonly services: Services;
  /** Stores a job that mails the link. */
  readonly queueResetLink: (email: string) => Promise<void>;
}

/**
 * Answers without a look at the account: neither the answer nor its time says whether there is one.
 * Links that were mailed before stay valid, so that a stranger who asks again cannot end them.
 */
export async function requestPasswordReset(
  { services, queueResetLink }: Visitor,
  { body }: RouteInput<Routes['requestPasswordReset']>,
): Promise<RouteOutput<Routes['requestPasswordReset']>> {
  if (services.mailer) await queueResetLink(body.email);
  return getPasswordReset({ services });
}
