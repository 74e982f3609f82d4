import type { InvitationWithLink } from '@tollkeeper/contract';
import { type Client, createClient } from './client.ts';
import { PASSWORD } from './people.ts';
import { cookiesOf, visitor } from './sign-in.ts';
import type { TestApp } from './test-app.ts';

export interface Joined {
  readonly client: Client;
  readonly memberId: string;
  readonly organizationId: string;
  readonly email: string;
}

/** Invites the name with the role, and accepts: a new member, who acts by their own session. */
export async function join(
  app: Pick<TestApp, 'baseUrl'>,
  inviter: Client,
  name: string,
  roleId: string,
): Promise<Joined> {
  const email = `${name.toLowerCase()}@example.com`;
  const invited = await inviter.post<InvitationWithLink>('/v1/invitations', { email, roleId });
  if (invited.status !== 201) throw new Error(`Not invited: ${invited.problem.detail}`);
  const answer = await visitor(app).post<{ organizationId: string; memberId: string }>(
    '/v1/invitations/accept',
    { token: tokenOf(invited.body), name, password: PASSWORD },
  );
  if (answer.status !== 201) throw new Error(`Not accepted: ${answer.problem.detail}`);
  return { ...answer.body, email, client: visitor(app, cookiesOf(answer)) };
}

/** The token in the link that the inviter was shown. */
export function tokenOf({ link }: { link?: string | undefined }): string {
  const token = new URL(link ?? '').hash.replace('#token=', '');
  if (!token) throw new Error('No link was shown');
  return token;
}

/** The same session, in the organization that it names. */
export function inOrganization(app: TestApp, { headers }: Client, id: string): Client {
  return createClient(app.baseUrl, { ...headers, 'x-organization-id': id });
}
