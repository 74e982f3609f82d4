import { like } from 'drizzle-orm';
import { attempt, verification } from '../db/schema/index.ts';
import type { Client } from './client.ts';
import { cookiesOf, visitor } from './sign-in.ts';
import type { TestApp } from './test-app.ts';
import { totpCode } from './totp.ts';

export interface Enrolled {
  /** Acts by the session that enrolling opened in place of the former one. */
  readonly client: Client;
  readonly backupCodes: string[];
  /** What the authenticator app shows now. */
  readonly code: () => string;
}

/** Sets an authenticator app up, past the throttle, which counts what comes from one address. */
export async function enrolTotp(app: TestApp, client: Client, password: string): Promise<Enrolled> {
  await app.services.db.delete(attempt);
  const begun = await client.post<{ totpURI: string; backupCodes: string[] }>(
    '/api/auth/two-factor/enable',
    { password },
  );
  if (begun.status !== 200) throw new Error(`Not begun: ${begun.problem.detail}`);
  const { totpURI, backupCodes } = begun.body;
  const code = () => totpCode(totpURI, Date.now());
  const done = await client.post('/api/auth/two-factor/verify-totp', { code: code() });
  if (done.status !== 200) throw new Error(`Not enrolled: ${done.problem.detail}`);
  // So that a test need not wait for the next code.
  await app.services.db.delete(verification).where(like(verification.identifier, 'used-code:%'));
  return { client: visitor(app, cookiesOf(done)), backupCodes, code };
}
