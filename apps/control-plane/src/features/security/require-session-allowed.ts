import type { SecuritySettings } from '@tollkeeper/contract';
import type { Database } from '../../db/connect.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { hasSecondFactor } from '../identity/index.ts';
import { excludesAddress } from './excludes-address.ts';
import { sessionEnd } from './session-end.ts';

type Rules = Pick<SecuritySettings, 'allowedIps' | 'twoFactorRequired' | 'sessionHoursMax'>;

export interface SessionUse {
  readonly userId: string;
  readonly signedInAt: Date;
  readonly ip: string;
  /** For what a member needs in order to set a second factor up. */
  readonly withoutSecondFactor: boolean;
}

/**
 * What the organization asks of a session before it takes a request.
 * @throws DomainError ip_not_allowed, unauthenticated, two_factor_required
 */
export async function requireSessionAllowed(
  db: Database,
  organization: Rules & { readonly organizationName: string },
  use: SessionUse,
  now: Date,
): Promise<void> {
  const { organizationName, sessionHoursMax } = organization;
  if (excludesAddress(organization, use.ip)) {
    throw new DomainError(
      'ip_not_allowed',
      `"${organizationName}" takes no requests from the address "${use.ip}". Use its network, or ask an admin.`,
    );
  }
  if (sessionEnd(use.signedInAt, organization) <= now) {
    throw new DomainError(
      'unauthenticated',
      `"${organizationName}" ends a session ${hours(sessionHoursMax)} after sign-in. Sign in again.`,
    );
  }
  if (!organization.twoFactorRequired || use.withoutSecondFactor) return;
  if (await hasSecondFactor(db, use.userId)) return;
  throw new DomainError(
    'two_factor_required',
    `"${organizationName}" asks every member for a second factor. Set one up in your profile.`,
  );
}

function hours(count: number): string {
  return count === 1 ? 'an hour' : `${count} hours`;
}
