import type { UpwardOf } from '@tollkeeper/protocol';
import type { VerifierKey } from '@tollkeeper/transparency-log';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { isUniqueViolation } from '../db/database-errors.ts';
import { cosignature, gateway, type StoredAlarm } from '../db/schema/index.ts';

/** What is on record of a gateway as a witness. */
export interface KnownWitness {
  /** In base64url; null while it has none, since the one that it announced is another gateway's. */
  readonly publicKey: string | null;
  readonly alarm: StoredAlarm | null;
}

/**
 * Stores what the gateway announced, but for its alarm; its key only if it is the first (trust on
 * first use) and no other gateway's: else it could repeat what that one cosigns. Undefined for a gateway that is gone.
 */
export async function noteWitness(
  db: Database,
  gatewayId: string,
  { publicKey, size }: Pick<UpwardOf<'witness'>, 'publicKey' | 'size'>,
): Promise<KnownWitness | undefined> {
  const announced = Buffer.from(publicKey, 'base64url');
  const isTaken = sql`exists (
    select from ${gateway} as other where other.organization_id = ${gateway.organizationId}
      and other.id <> ${gateway.id} and other.witness_key = ${announced})`;
  const kept = sql`coalesce(${gateway.witnessKey}, case when not ${isTaken} then ${announced}::bytea end)`;
  const note = () =>
    db
      .update(gateway)
      .set({
        witnessKey: kept,
        witnessSize: sql`case when ${kept} = ${announced} then ${size}::bigint else ${gateway.witnessSize} end`,
      })
      .where(eq(gateway.id, gatewayId))
      .returning({ witnessKey: gateway.witnessKey, alarm: gateway.witnessAlarm });
  // Two gateways may announce one key at the same time: the index lets one of them have it.
  const [row] = await note().catch((error) => {
    if (!isUniqueViolation(error)) throw error;
    return note();
  });
  if (!row) return undefined;
  return { publicKey: row.witnessKey?.toString('base64url') ?? null, alarm: row.alarm };
}

/** A verified cosignature, and the checkpoint that it covers. */
interface Cosigned {
  readonly size: number;
  readonly body: string;
  readonly line: string;
}

/** Keeps the newest cosignature of each witness. */
export async function storeCosignature(
  db: Database,
  { id, organizationId }: { readonly id: string; readonly organizationId: string },
  key: VerifierKey,
  cosigned: Cosigned,
): Promise<void> {
  await db
    .update(gateway)
    .set({ witnessSize: cosigned.size, witnessedAt: sql`clock_timestamp()` })
    .where(and(eq(gateway.organizationId, organizationId), eq(gateway.id, id)));
  await upsertCosignature(db, organizationId, key, cosigned);
}

export async function upsertCosignature(
  db: Database,
  organizationId: string,
  { name, keyId }: Pick<VerifierKey, 'name' | 'keyId'>,
  { size, body, line }: Cosigned,
): Promise<void> {
  const at = sql`clock_timestamp()`;
  await db
    .insert(cosignature)
    .values({ organizationId, witness: `${name}+${keyId}`, size, body, line, at })
    .onConflictDoUpdate({
      target: [cosignature.organizationId, cosignature.witness],
      set: { size, body, line, at },
    });
}
