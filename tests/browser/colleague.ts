/** Other members, without a browser. */
import type { InvitationWithLink } from '@tollkeeper/contract';
import { type Client, createClient } from '../../apps/control-plane/src/testing/client.ts';
import { PASSWORD } from '../../apps/control-plane/src/testing/people.ts';
import type { ClaimedDashboard } from './dashboard.ts';

/** Invites somebody into that role, who accepts. @returns their session */
export async function addColleague(
  { owner, baseUrl }: ClaimedDashboard,
  roleId: string,
): Promise<Client> {
  const email = `${roleId}@example.com`;
  const { body } = await owner.post<InvitationWithLink>('/v1/invitations', { email, roleId });
  const token = new URL(body.link ?? '').hash.replace('#token=', '');
  const { headers } = await createClient(baseUrl, { origin: baseUrl }).post(
    '/v1/invitations/accept',
    { token, name: roleId, password: PASSWORD },
  );
  const cookie = headers.getSetCookie().map((each) => each.split(';', 1)[0]);
  return createClient(baseUrl, { origin: baseUrl, cookie: cookie.join('; ') });
}
