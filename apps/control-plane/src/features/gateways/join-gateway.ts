import { createId, type JoinedGateway, type RouteInput, type Routes } from '@tollkeeper/contract';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { gateway, type joinKey } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { gatewayFacts } from '../../write/created-facts.ts';
import { commit, type FurtherEvent } from '../../write/write.ts';
import {
  findJoinKey,
  giveBackUse,
  isUnconfirmed,
  joinKeyInvalid,
  lockOpenJoinKey,
  spendUse,
  whyRefused,
} from '../join-keys/index.ts';

type Body = RouteInput<Routes['joinGateway']>['body'];

interface Joining {
  readonly services: Services;
  readonly origin: Origin;
}

interface Input {
  readonly body: Body;
}

/**
 * Registers the holder of the join key as a gateway, once for its public key: an answer that got lost
 * is given again, also when that was the last use. The use of a gateway that never connected is
 * given to the next one that asks. Every refusal looks the same; the log tells why.
 * @throws DomainError join_key_invalid, rate_limited
 */
export async function joinGateway(joining: Joining, { body }: Input): Promise<JoinedGateway> {
  const { services, origin } = joining;
  const attempt = services.joins.enter(origin.ip);
  if (!attempt) {
    throw new DomainError('rate_limited', 'Too many gateways failed to join from this address.');
  }
  let failed = false;
  try {
    return await join(joining, body);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'join_key_invalid') {
      failed = true;
      tellLog(joining, error);
    }
    throw error;
  } finally {
    attempt.leave(failed);
  }
}

function tellLog({ services, origin: { ip, requestId } }: Joining, { cause }: Error): void {
  services.log.warn({ refusal: cause, address: ip, requestId }, 'gateway may not join');
}

async function join({ services, origin }: Joining, body: Body): Promise<JoinedGateway> {
  const found = await findJoinKey(services.db, body.joinKey);
  const { id: joinKeyId, organizationId, memberId } = found;
  const actor = { type: 'join_key', memberId, joinKeyId } as const;
  const source = { organizationId, actor, action: 'gateway.join', origin } as const;
  const joined = await commit<Joined>(services, source, async (tx) => {
    const key = await lockOpenJoinKey(tx, joinKeyId, origin.ip, services.clock());
    const publicKey = Buffer.from(body.publicKey, 'base64url');
    const known = await findByPublicKey(tx, publicKey);
    if (known && known.joinKeyId !== key.id) throw joinKeyInvalid('other_join_key', key.id);
    if (known) return { replayed: joinedFacts(known) };
    const isUsedUp = key.usesCount >= key.usesMax;
    const removed = isUsedUp ? await removeUnconfirmed(tx, key) : undefined;
    if (removed) await giveBackUse(tx, key.id);
    await spendUse(tx, key.id, services.clock());
    const row = await insertGateway(tx, {
      id: createId('gateway', services.randomBytes),
      organizationId: key.organizationId,
      workspaceId: key.workspaceId,
      name: body.name,
      labels: key.labels,
      publicKey,
      joinKeyId: key.id,
      createdByKeyId: key.createdByKeyId,
      createdByMemberId: key.memberId,
      softwareVersion: body.softwareVersion,
    });
    return {
      result: joinedFacts(row),
      target: { type: 'gateway', id: row.id, name: row.name, workspaceId: row.workspaceId },
      before: null,
      after: gatewayFacts(row),
      furtherEvents: removed ? [removal(removed)] : [],
      changes: [row, ...(removed ? [removed] : [])].map(({ id }) => ({
        kind: 'gateway',
        subjectId: id,
      })),
    };
  }).catch((error: unknown) => {
    countRefusal({ services, origin }, found, error);
    throw error;
  });
  return { ...joined, controlPlaneKey: services.fleet.publicKey };
}

/** For the organization whose join key it is; that of an invalid one is not known. */
function countRefusal(
  { services: { incidents }, origin: { ip } }: Joining,
  { id, organizationId }: Pick<typeof joinKey.$inferSelect, 'id' | 'organizationId'>,
  error: unknown,
): void {
  const why = error instanceof DomainError ? whyRefused(error) : undefined;
  if (why === undefined) return;
  const target = { type: 'join_key', id } as const;
  incidents.count({ organizationId, action: 'gateway.join_refused', target, why, address: ip });
}

function removal(row: typeof gateway.$inferSelect): FurtherEvent {
  return {
    action: 'gateway.delete',
    target: { type: 'gateway', id: row.id, name: row.name, workspaceId: row.workspaceId },
    before: gatewayFacts(row),
    after: null,
  };
}

type Joined = Omit<JoinedGateway, 'controlPlaneKey'>;

async function findByPublicKey(tx: Transaction, publicKey: Buffer) {
  const [row] = await tx.select().from(gateway).where(eq(gateway.publicKey, publicKey));
  return row;
}

/** Two organizations may be asked for one public key at once: the unique index lets one have it. */
async function insertGateway(tx: Transaction, row: Omit<typeof gateway.$inferInsert, 'createdAt'>) {
  // By the database's clock, like the changes of which it receives those since it joined.
  const createdAt = sql`clock_timestamp()`;
  const [inserted] = await tx
    .insert(gateway)
    .values({ ...row, createdAt })
    .onConflictDoNothing()
    .returning();
  if (!inserted) throw joinKeyInvalid('other_join_key', row.joinKeyId);
  return inserted;
}

function joinedFacts(row: typeof gateway.$inferSelect): Joined {
  const { id, organizationId, workspaceId } = row;
  return { gatewayId: id, organizationId, workspaceId };
}

type GatewayRow = typeof gateway.$inferSelect;

/**
 * Removes a gateway that joined with the key and never connected since: its connection is blocked, or
 * its state folder is lost. One that connects at this moment holds its row, and stays. The key must
 * be locked.
 */
async function removeUnconfirmed(
  tx: Transaction,
  key: Pick<typeof joinKey.$inferSelect, 'id' | 'organizationId'>,
): Promise<GatewayRow | undefined> {
  const oldest = tx
    .select({ id: gateway.id })
    .from(gateway)
    .where(
      and(
        eq(gateway.organizationId, key.organizationId),
        eq(gateway.joinKeyId, key.id),
        isUnconfirmed(),
      ),
    )
    .orderBy(asc(gateway.createdAt))
    .limit(1)
    .for('update', { skipLocked: true });
  const [removed] = await tx.delete(gateway).where(inArray(gateway.id, oldest)).returning();
  return removed;
}
