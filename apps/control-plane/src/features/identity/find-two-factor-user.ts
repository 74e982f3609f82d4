import { createHmac, timingSafeEqual } from 'node:crypto';
import querystring from 'node:querystring';
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { user } from '../../db/schema/index.ts';
import type { Auth } from './auth.ts';

/** The user who has given the right password and is still to give a code; undefined for anyone else. */
export async function findTwoFactorUser(
  auth: Auth,
  cookie: string | undefined,
): Promise<string | undefined> {
  const { createAuthCookie, secret, internalAdapter } = await auth.$context;
  const { name } = createAuthCookie('two_factor');
  const line = (cookie ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
  const [, identifier, signature] =
    /^[^=]+=([\w-]{1,128})\.([^.]{1,128})$/.exec(line?.trim() ?? '') ?? [];
  if (identifier === undefined || signature === undefined) return undefined;
  const expected = Buffer.from(createHmac('sha256', secret).update(identifier).digest('base64'));
  // Never throws, unlike decodeURIComponent: anyone may send a broken escape.
  const given = Buffer.from(querystring.unescape(signature));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return (await internalAdapter.findVerificationValue(identifier))?.value;
}

export async function findUserEmail(db: Database, userId: string): Promise<string | undefined> {
  const [row] = await db.select({ email: user.email }).from(user).where(eq(user.id, userId));
  return row?.email;
}
