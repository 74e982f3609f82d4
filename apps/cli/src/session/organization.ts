import { ApiError } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Credentials } from './credentials.ts';

export const ORGANIZATION_HEADER = 'x-organization-id';

/**
 * The organization that a session acts in, where it was named: --organization, else
 * TOLLKEEPER_ORGANIZATION. Throws Failure for what is no id, and beside an API key.
 */
export function namedOrganization(
  { env }: Pick<CliContext, 'env'>,
  kind: Credentials['kind'],
): string | undefined {
  const id = env.TOLLKEEPER_ORGANIZATION || undefined;
  if (id === undefined) return undefined;
  if (!/^org_[0-9A-Za-z]{20}$/.test(id)) {
    const advice = 'Give an id that starts with "org_"; "tollkeeper whoami" shows yours.';
    throw new Failure(EXIT.usage, `"${id}" is no organization. ${advice}`);
  }
  if (kind === 'session') return id;
  const advice = 'Leave out --organization, and unset TOLLKEEPER_ORGANIZATION.';
  throw new Failure(EXIT.usage, `An API key acts in its own organization only. ${advice}`);
}

/** Whether the server wants to know, or does not know, the organization of a session. */
export function asksOrganization(error: unknown): error is ApiError {
  return error instanceof ApiError && error.message.toLowerCase().includes(ORGANIZATION_HEADER);
}

export const ORGANIZATION_ADVICE = 'Give --organization <id>, or set TOLLKEEPER_ORGANIZATION.';
