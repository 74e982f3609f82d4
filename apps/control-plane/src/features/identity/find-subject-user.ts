import { and, eq, isNotNull } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { deviceCode, passkey } from '../../db/schema/index.ts';

/** @param credentialId what the browser's navigator.credentials.get() answered with */
export async function findPasskeyUser(
  db: Database,
  credentialId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: passkey.userId })
    .from(passkey)
    .where(eq(passkey.credentialID, credentialId));
  return row?.userId;
}

/** Who has opened the page of a device login, and may have approved it. */
export async function findDeviceUser(db: Database, code: string): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: deviceCode.userId })
    .from(deviceCode)
    .where(and(eq(deviceCode.deviceCode, code), isNotNull(deviceCode.userId)));
  return row?.userId ?? undefined;
}
