import { expect, it } from 'vitest';
import { signInFailure } from '../../db/schema/index.ts';
import { enrolTotp } from '../../testing/enrol-totp.ts';
import { addMember, claimedOrganization, PASSWORD } from '../../testing/people.ts';
import { claimServer, startTestApp } from '../../testing/test-app.ts';

it('counts no failed sign-in where too little was given to confirm a session, but nothing wrong', async () => {
  const app = await startTestApp();
  await claimServer(app);
  const { organizationId } = await claimedOrganization(app);
  const somebody = await addMember(app, organizationId, 'admin');
  const { client } = await enrolTotp(app, somebody.client, PASSWORD);
  await app.services.db.delete(signInFailure);
  for (const [given, code] of [
    [{}, 'recent_sign_in_required'],
    [{ password: PASSWORD }, 'recent_sign_in_required'],
    [{ totp: '000000' }, 'validation_failed'],
  ] as const) {
    const { problem } = await client.post('/v1/session/confirm', given);
    expect(problem.code).toBe(code);
  }
  expect(await app.services.db.select().from(signInFailure)).toEqual([]);
  await client.post('/v1/session/confirm', { password: PASSWORD, totp: '000000' });
  expect(await app.services.db.select().from(signInFailure)).toHaveLength(1);
});
