import type { QueryClient } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import type { Identity } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { identityQuery } from '../features/sessions/index.ts';
import { chooseOrganization, organizationHeader } from '../lib/chosen-organization.ts';

interface Place {
  readonly pathname: string;
  readonly searchStr: string;
}

/**
 * Admits only members who are signed in. Others go to the sign-in page and return after it; where this
 * browser was signed in and nobody signed out, the page says that the session ended.
 */
export async function requireIdentity(queryClient: QueryClient, place: Place): Promise<void> {
  try {
    stayIn(await queryClient.ensureQueryData(identityQuery));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) {
      const from = place.pathname + place.searchStr;
      const search = {
        ...(from === '/' ? {} : { from }),
        ...(organizationHeader()['x-organization-id'] ? { ended: true as const } : {}),
      };
      throw redirect({ to: '/sign-in', search, replace: true });
    }
    if (!organizationHeader()['x-organization-id']) throw error;
    // The organization picked last time may be gone, or the person no longer in it.
    chooseOrganization(undefined);
    stayIn(await queryClient.fetchQuery(identityQuery));
  }
}

/** Requests name the organization from now on, since the person may join another one meanwhile. */
function stayIn({ organization }: Identity): void {
  if (!organizationHeader()['x-organization-id']) chooseOrganization(organization.id);
}
