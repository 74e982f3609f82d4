import type { InvitationWithLink } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import {
  type SmtpServer,
  startSmtpServer,
} from '../../apps/control-plane/src/testing/smtp-server.ts';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { startControlPlane } from './control-plane.ts';
import { connectTo, urlOf } from './pair.ts';

it('mails an invitation whose process was killed between commit and mail', async () => {
  const smtp = await startSmtpServer();
  const next = await killWhileInviting(smtp, 'greeting', () => smtp.connections > 0);

  await next.due();

  await until('mailed', () => smtp.mails.length > 0);
  expect(await next.find(smtp.mails.length - 1)).toBe(200);
});

it('mails it once more where the process was killed after the mail, and then never again', async () => {
  const smtp = await startSmtpServer();
  const next = await killWhileInviting(smtp, 'message', () => smtp.mails.length > 0);

  await next.due();

  await until('mailed again', () => smtp.mails.length > 1);
  await until('settled', async () => (await next.open()).length === 0);
  expect(smtp.mails).toHaveLength(2);
  expect(await next.find(1)).toBe(200);
});

/** Kills a control plane while it mails an invitation, and starts another on its database. */
async function killWhileInviting(
  smtp: SmtpServer,
  silentFrom: 'greeting' | 'message',
  isThere: () => boolean,
) {
  const config = await createTestDatabase();
  const env = {
    SMTP_URL: smtp.url,
    MAIL_FROM: 'keys@example.com',
  };
  const settings = { databaseUrl: urlOf(config), env };
  const query = connectTo(config);
  const first = await startControlPlane(settings);
  const owner = await claimServer(first);
  smtp.silentFrom = silentFrom;
  const invitation = { email: 'guest@example.com', roleId: 'role_viewer' };
  const answer = owner
    .post<InvitationWithLink>('/v1/invitations', invitation)
    .catch(() => undefined);
  await until('the mail server is asked', isThere);
  first.signal('SIGKILL');
  await first.exited;
  expect(await answer).toBeUndefined();
  delete smtp.silentFrom;
  const second = await startControlPlane(settings);
  return {
    open: () =>
      query(`select 1 from pgboss.job where name = 'mail-invitation' and state <> 'completed'`),
    /** Lets the time pass that the killed process would have had. */
    due: () => query(`update pgboss.job set start_after = now() where name = 'mail-invitation'`),
    /** The status with which the link of a mail is found. */
    async find(at: number): Promise<number> {
      const message = (smtp.mails[at]?.message ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '=');
      const token = /#token=([\w-]{43})/.exec(message)?.[1];
      const answer = await fetch(`${second.baseUrl}/v1/invitations/find`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: second.baseUrl },
        body: JSON.stringify({ token }),
      });
      return answer.status;
    },
  };
}
