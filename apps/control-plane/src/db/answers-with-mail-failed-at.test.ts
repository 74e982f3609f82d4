import { readFileSync } from 'node:fs';
import type { InvitationWithLink } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0026_invitation_mail_failed.sql', import.meta.url);

it('repeats an answer about an invitation that was kept before mails could be given up', async () => {
  const { owner, query } = await startOrganization();
  const invite = () =>
    owner.post<InvitationWithLink>(
      '/v1/invitations',
      { email: 'guest@example.com', roleId: 'role_viewer' },
      { 'idempotency-key': 'an-invitation' },
    );
  const { link: _, ...invitation } = (await invite()).body;
  await query(`update idempotency set answer = answer - 'mailFailedAt'`);
  expect((await invite()).status).toBe(500);

  const [, changeAnswers = ''] = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint');
  await query(changeAnswers);

  const { status, body } = await invite();
  expect([status, body]).toEqual([201, invitation]);
});
