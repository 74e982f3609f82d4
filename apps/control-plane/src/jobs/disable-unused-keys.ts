import { randomUUID } from 'node:crypto';
import { and, asc, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Services } from '../context.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { apiKey, organization } from '../db/schema/index.ts';
import { isUnused, keyFacts } from '../features/api-keys/index.ts';
import { runForEach } from '../run-for-each.ts';
import { commit, type WriteServices } from '../write/write.ts';

const DISABLED_BY = { type: 'job', job: 'disable-unused-keys' } as const;

/**
 * Disables each active key that nobody used for as long as its organization allows, with an audit
 * event for each. Can be run again at any time: a key is looked at anew once it is locked.
 */
export async function disableUnusedKeys(
  services: WriteServices & Pick<Services, 'log'>,
): Promise<{ disabled: number }> {
  const now = services.clock();
  const requestId = `req_${randomUUID()}`;
  let disabled = 0;
  const found = await findUnusedKeys(services.db, now, 0);
  const contextOf = ({ id, organizationId }: UnusedKey) => ({ organizationId, keyId: id });
  await runForEach(services.log, found, contextOf, async (key) => {
    if (!isUnused(key, key.unusedDaysMax, now)) return;
    if (await disable(services, key, now, requestId)) disabled += 1;
  });
  return { disabled };
}

function disable(
  services: WriteServices,
  { id, organizationId }: UnusedKey,
  now: Date,
  requestId: string,
): Promise<boolean> {
  const source = {
    organizationId,
    actor: { type: 'system', job: DISABLED_BY.job } as const,
    action: 'api_key.disable' as const,
    origin: { requestId, ip: null, userAgent: null },
  };
  return commit<boolean>(services, source, async (tx) => {
    const found = await lockUnused(tx, id, now);
    if (!found) return { replayed: false };
    const { key, unusedDaysMax } = found;
    const set = { status: 'disabled', disabledAt: now, disabledBy: DISABLED_BY } as const;
    await tx.update(apiKey).set(set).where(eq(apiKey.id, id));
    return {
      result: true,
      target: { type: 'api_key', id, name: key.name, workspaceId: key.workspaceId },
      before: keyFacts(key),
      after: {
        ...keyFacts({ ...key, ...set }),
        lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
        unusedDaysMax,
      },
      changes: [{ kind: 'key', subjectId: id, workspaceId: key.workspaceId }],
    };
  });
}

/** Undefined when it was used, stopped or deleted meanwhile, or the rule was changed. */
async function lockUnused(tx: Transaction, id: string, now: Date) {
  const [row] = await tx
    .select({ key: apiKey, unusedDaysMax: organization.keyUnusedDaysMax })
    .from(apiKey)
    .innerJoin(organization, eq(organization.id, apiKey.organizationId))
    .where(eq(apiKey.id, id))
    .for('update', { of: apiKey });
  return row && isUnused(row.key, row.unusedDaysMax, now) ? row : undefined;
}

/**
 * Active keys that were not used for as long as their organization allows, or will be within the
 * days ahead. The columns only narrow the search: `disablesAt` is the rule.
 */
export function findUnusedKeys(db: Database, now: Date, daysAhead: number) {
  const activeAt = sql`greatest(coalesce(${apiKey.lastUsedAt}, ${apiKey.createdAt}), ${apiKey.enabledAt})`;
  const unusedFor = sql`make_interval(hours => (${organization.keyUnusedDaysMax} - ${daysAhead}::int) * 24)`;
  return db
    .select({
      ...getTableColumns(apiKey),
      unusedDaysMax: organization.keyUnusedDaysMax,
      organizationName: organization.name,
    })
    .from(apiKey)
    .innerJoin(organization, eq(organization.id, apiKey.organizationId))
    .where(
      and(
        eq(apiKey.status, 'active'),
        eq(apiKey.canary, false),
        isNotNull(organization.keyUnusedDaysMax),
        isNull(organization.deletedAt),
        sql`${activeAt} <= ${now.toISOString()}::timestamptz - ${unusedFor}`,
      ),
    )
    .orderBy(asc(apiKey.organizationId), asc(apiKey.id));
}

export type UnusedKey = Awaited<ReturnType<typeof findUnusedKeys>>[number];
