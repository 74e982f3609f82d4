import type { InvitationWithLink } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { tokenOf } from '../../testing/join.ts';
import { visitor } from '../../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../../testing/smtp-server.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { invitationMail } from './deliver-link.ts';

describe('the mail of an invitation', () => {
  let app: TestApp;
  let owner: Client;
  let smtp: SmtpServer;

  beforeAll(async () => {
    smtp = await startSmtpServer();
    const mail = { url: smtp.url, from: 'Tollkeeper <keys@example.com>' };
    ({ app, owner } = await startOrganization({ mail }));
  });

  const invite = (email: string) =>
    owner.post<InvitationWithLink>('/v1/invitations', { email, roleId: 'role_viewer' });

  it('carries the link, which then nobody else is shown', async () => {
    const { body } = await invite('mia@example.com');
    expect(body.sent).toBe(true);
    expect(body.link).toBeUndefined();
    expect(smtp.mails.map((mail) => mail.to)).toEqual(['mia@example.com']);
    const message = decoded(smtp.mails[0]?.message ?? '');
    expect(message).toMatch(/^From: Tollkeeper <keys@example.com>/m);
    expect(message).toMatch(/^Subject: Join Acme on Tollkeeper/m);
    const token = /#token=([\w-]{43})/.exec(message)?.[1] ?? '';
    const found = await visitor(app).post('/v1/invitations/find', { token });
    expect(found.body).toMatchObject({ email: 'mia@example.com', organizationName: 'Acme' });
    expect(app.logged.join()).not.toContain(token);
  });

  it('leaves the link to the inviter when the server takes none, and logs no link', async () => {
    smtp.refuses = true;
    const { status, body } = await invite('ben@example.com');
    expect(status).toBe(201);
    expect(body.sent).toBe(false);
    const token = tokenOf(body);
    expect((await visitor(app).post('/v1/invitations/find', { token })).status).toBe(200);
    const lines = app.logged.filter((line) => line.includes(body.id));
    expect(lines.join()).toMatch(/"responseCode":554/);
    expect(app.logged.join()).not.toContain(token);
    smtp.refuses = false;
    const again = await owner.post<InvitationWithLink>(`/v1/invitations/${body.id}/resend`);
    expect(again.body.sent).toBe(true);
    expect(smtp.mails.at(-1)?.to).toBe('ben@example.com');
  });

  it('shows names as they were typed, and never as markup', () => {
    const { html, text } = invitationMail({
      organizationName: '<b>&"Acme"',
      link: 'https://example.com/accept-invitation#token=x',
      invitation: {
        email: 'mia@example.com',
        roleName: '<script>',
        invitedBy: { name: "O'<img src=x>" },
        expiresAt: '2027-01-31T12:00:00.000Z',
      },
    });
    expect(html).toContain('O&#39;&lt;img src=x&gt; invites you to join &lt;b&gt;&amp;&quot;Acme');
    expect(html).not.toMatch(/<b>|<img|<script/);
    expect(text).toContain("O'<img src=x> invites you to join <b>");
  });
});

/** Quoted-printable lines, joined again (RFC 2045, 6.7). */
function decoded(message: string): string {
  return message
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
