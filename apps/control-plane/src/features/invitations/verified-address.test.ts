import type { InvitationWithLink, Member } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { organization } from '../../db/schema/index.ts';
import { auditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { join, tokenOf } from '../../testing/join.ts';
import { addOrganization, PASSWORD } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../../testing/smtp-server.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { OWNER, type TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { createOrganization } from '../organization/index.ts';

let app: TestApp;
let owner: Client;
let query: TestOrganization['query'];
let smtp: SmtpServer;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { url: smtp.url, from: 'keys@example.com' };
  ({ app, owner, query } = await startOrganization({ mail }));
});

/** An invitation whose mail goes out, or whose link the inviter is shown. */
async function invite(email: string, byMail: boolean, inviter = owner) {
  smtp.refuses = !byMail;
  const body = { email, roleId: 'role_viewer' };
  const answer = await inviter.post<InvitationWithLink>('/v1/invitations', body);
  expect(answer.body.sent).toBe(byMail);
  return { id: answer.body.id, token: byMail ? mailedToken() : tokenOf(answer.body) };
}

function mailedToken(): string {
  const message = (smtp.mails.at(-1)?.message ?? '').replace(/=\r\n/g, '').replaceAll('=3D', '=');
  return /#token=([\w-]{43})/.exec(message)?.[1] ?? '';
}

async function accept(token: string, client = visitor(app)) {
  const given = { token, name: 'Nora', password: PASSWORD };
  expect((await client.post('/v1/invitations/accept', given)).status).toBe(201);
}

async function isVerified(email: string): Promise<boolean | undefined> {
  const { body } = await owner.get<{ data: Member[] }>('/v1/members');
  return body.data.find((member) => member.email === email)?.emailVerified;
}

const makeOrganization = (email: string, confirmAddress = false) =>
  createOrganization(app.services, 'Elsewhere', email, 'req_test', { confirmAddress });

it('an address is proven by a link that only its mailbox received', async () => {
  const { token } = await invite('nora@example.com', true);
  await accept(token);
  expect(await isVerified('nora@example.com')).toBe(true);
  await expect(makeOrganization('nora@example.com')).resolves.toMatchObject({});
});

it('an address is not proven by a link that the inviter was shown, mailed before or not', async () => {
  await accept((await invite('eve@example.com', false)).token);
  expect(await isVerified('eve@example.com')).toBe(false);

  const { id } = await invite('mallory@example.com', true);
  smtp.refuses = true;
  const again = await owner.post<InvitationWithLink>(`/v1/invitations/${id}/resend`);
  await accept(tokenOf(again.body));
  expect(await isVerified('mallory@example.com')).toBe(false);
});

it('the address of an account is proven by a mailed link that it accepts by its own session', async () => {
  smtp.refuses = true;
  const known = await join(app, owner, 'Kim', 'role_viewer');
  expect(await isVerified(known.email)).toBe(false);
  const other = await addOrganization(app, 'Globex');

  const { token } = await invite(known.email, true, other.owner.client);
  // The link alone proves nothing about the account: its creator knows its password.
  const stranger = await visitor(app).post('/v1/invitations/accept', { token });
  expect(stranger.problem.code).toBe('unauthenticated');
  expect(await isVerified(known.email)).toBe(false);

  expect((await known.client.post('/v1/invitations/accept', { token })).status).toBe(201);
  expect(await isVerified(known.email)).toBe(true);
});

it('the address of an account is not proven while a passkey stays that someone else may hold', async () => {
  smtp.refuses = true;
  const known = await join(app, owner, 'Paula', 'role_viewer');
  const other = await addOrganization(app, 'Initech');
  await query(
    `insert into passkey (id, public_key, user_id, credential_id, counter, device_type, backed_up)
     select 'theirs', '', id, 'theirs', 0, 'singleDevice', false from "user" where email = $1`,
    [known.email],
  );
  const { token } = await invite(known.email, true, other.owner.client);
  expect((await known.client.post('/v1/invitations/accept', { token })).status).toBe(201);
  expect(await isVerified(known.email)).toBe(false);
});

it('an operator’s command trusts no address that nobody has proven, unless it is confirmed', async () => {
  smtp.refuses = true;
  const { email } = await join(app, owner, 'Trent', 'role_viewer');
  const count = () => app.services.db.$count(organization);
  const before = await count();
  await expect(makeOrganization('TRENT@example.com')).rejects.toMatchObject({
    code: 'invalid_state',
    message: expect.stringContaining('--confirm-address'),
  });
  expect(await count()).toBe(before);
  expect(await isVerified(email)).toBe(false);

  const { organizationId } = await makeOrganization(email, true);
  expect(await isVerified(email)).toBe(true);
  const [created] = await auditEvents(app, organizationId);
  expect(created).toMatchObject({
    action: 'organization.create',
    actor: { type: 'operator' },
    after: { ownerAddressConfirmed: true },
  });
  await expect(makeOrganization('nobody@example.com', true)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('Invite the person to an organization first.'),
  });
});

it('an operator’s command waits for an address that is being confirmed, and then accepts it', async () => {
  smtp.refuses = true;
  const { email } = await join(app, owner, 'Vera', 'role_viewer');
  const confirm = 'update "user" set email_verified = true where email = $1';
  const created = whileHeld(
    app.database,
    (holder) => holder.query(confirm, [email]),
    () => makeOrganization(email),
  );
  await expect(created).resolves.toMatchObject({});
});

it('the operator confirmed the address of the person who set the server up', async () => {
  expect(await isVerified(OWNER.email)).toBe(true);
  await expect(makeOrganization(OWNER.email)).resolves.toMatchObject({});
});
