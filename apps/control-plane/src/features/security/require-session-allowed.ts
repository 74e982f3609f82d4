import type { SecuritySettings } from '@tollkeeper/contract';
import type { Session } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { DomainError } from '../../domain-error.ts';
import { findUserFactors, includesSecondFactor, strongestFactors } from '../identity/index.ts';
import { excludesAddress } from './excludes-address.ts';
import { sessionEnd } from './session-end.ts';

type Rules = Pick<SecuritySettings, 'allowedIps' | 'twoFactorRequired' | 'sessionHoursMax'>;

export interface SessionUse {
  readonly userId: string;
  readonly session: Session;
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
  if (sessionEnd(use.session.signedInAt, organization) <= now) {
    throw new DomainError(
      'unauthenticated',
      `"${organizationName}" ends a session ${hours(sessionHoursMax)} after sign-in. Sign in again.`,
    );
  }
  if (!organization.twoFactorRequired || use.withoutSecondFactor) return;
  if (includesSecondFactor(use.session.factors)) return;
  throw await lacksSecondFactor(db, organizationName, use.userId);
}

/** Who has one need only give it; who has none must set one up first. */
async function lacksSecondFactor(db: Database, organizationName: string, userId: string) {
  const factors = strongestFactors(await findUserFactors(db, userId)).filter(
    (factor) => factor !== 'password',
  );
  const rule = `"${organizationName}" asks every member for a second factor`;
  return factors.length > 0
    ? new DomainError(
        'two_factor_required',
        `${rule}, and you signed in without yours. Confirm your session with it, or sign in again.`,
        { factors },
      )
    : new DomainError('two_factor_required', `${rule}. Set one up in your profile.`, { factors });
}

function hours(count: number): string {
  return count === 1 ? 'an hour' : `${count} hours`;
}
