import { SCOPES } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, member, runningCascade } from '../../db/schema/index.ts';
import type { Change } from '../../write/change.ts';
import type { FurtherEvent } from '../../write/write.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';

interface LeakedKeys {
  readonly organizationId: string;
  readonly requestId: string;
  readonly now: Date;
  readonly reason: string;
  /** Locked, and not revoked yet. */
  readonly revoked: readonly KeyRow[];
  /** Locked, and active, or disabled by their owners. */
  readonly disabled: readonly KeyRow[];
}

export interface StoppedKeys {
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
  /** Of what the revoked keys created, which is still to end: from now on it can change nothing. */
  readonly cascadeId: string | undefined;
}

const DISABLED_BY = { type: 'job', job: 'leak-response' } as const;

/**
 * Stops keys that leaked. What revoked ones created goes with them, except for members: people are not
 * removed by a report of somebody else.
 */
export async function stopLeakedKeys(tx: Transaction, leaked: LeakedKeys): Promise<StoppedKeys> {
  const { now, reason, revoked, disabled } = leaked;
  const asRevoked = { status: 'revoked', revokedAt: now, revokeReason: reason } as const;
  const asDisabled = { status: 'disabled', disabledAt: now, disabledBy: DISABLED_BY } as const;
  await setAll(tx, leaked, revoked, asRevoked);
  await setAll(tx, leaked, disabled, asDisabled);
  const cascadeId = revoked.length === 0 ? undefined : await beginCascade(tx, leaked);
  return {
    events: [
      ...revoked.map((key) => eventOf('api_key.revoke', key, asRevoked)),
      ...disabled.map((key) => eventOf('api_key.disable', key, asDisabled)),
    ],
    changes: [...revoked, ...disabled].map(({ id, workspaceId }) => ({
      kind: 'key',
      subjectId: id,
      workspaceId,
    })),
    cascadeId,
  };
}

async function setAll(
  tx: Transaction,
  { organizationId }: LeakedKeys,
  keys: readonly KeyRow[],
  set: Partial<KeyRow>,
): Promise<void> {
  if (keys.length === 0) return;
  const ids = keys.map(({ id }) => id);
  await tx
    .update(apiKey)
    .set(set)
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)));
}

function eventOf(
  action: 'api_key.revoke' | 'api_key.disable',
  key: KeyRow,
  set: Partial<KeyRow>,
): FurtherEvent {
  const { id, name, workspaceId } = key;
  return {
    action,
    target: { type: 'api_key', id, name, workspaceId },
    before: keyFacts(key),
    after: keyFacts({ ...key, ...set }),
  };
}

/** By what the owner of the organization may do, who alone is sure to be there. */
async function beginCascade(
  tx: Transaction,
  { organizationId, requestId, now, revoked }: LeakedKeys,
): Promise<string | undefined> {
  const [owner] = await tx
    .select({ memberId: member.id })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.roleId, 'role_owner')));
  if (!owner) return undefined;
  const [row] = await tx
    .insert(runningCascade)
    .values({
      ...{ organizationId, memberId: owner.memberId, requestId, createdAt: now },
      roots: revoked.map(({ id, name }) => ({ id, name, wasRevoked: false })),
      keepMembers: 'all',
      scopes: [...SCOPES],
    })
    .returning({ id: runningCascade.id });
  return row?.id;
}
