import {
  COMPLIANCE_REPORT_ROWS_MAX,
  COMPLIANCE_REPORTS,
  type ComplianceReportRow,
  isScope,
} from '@tollkeeper/contract';
import { intersect, scopeNames, scopeSet } from '@tollkeeper/verify';
import { and, asc, eq, gt, isNull, lte, ne, or, type SQL } from 'drizzle-orm';
import { customRole, heldRoleColumns, roleName, roleScopes } from '../../../access/role-scopes.ts';
import type { Ctx } from '../../../context.ts';
import { among } from '../../../db/among.ts';
import type { Transaction } from '../../../db/connect.ts';
import { apiKey, member, role, user } from '../../../db/schema/index.ts';
import { readScopeUses, type ScopeUse } from '../../access-review/index.ts';
import { keyState } from '../../api-keys/index.ts';
import type { Subject } from '../read-subject.ts';

const ROWS_AT_ONCE = 1000;
const DAY_MS = 86_400_000;

/**
 * Keys by their id, some at a time. Which ones, one statement finds: a page after another could read all keys for each,
 * by whichever index it takes.
 */
export async function* readKeyRows(
  tx: Transaction,
  { organizationId }: Ctx,
  subject: Subject,
): AsyncGenerator<readonly ComplianceReportRow[]> {
  const { columns } = COMPLIANCE_REPORTS[subject.kind];
  const matching = and(eq(apiKey.organizationId, organizationId), matchingKeys(subject));
  const found = await tx
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(matching)
    .orderBy(asc(apiKey.id))
    .limit(COMPLIANCE_REPORT_ROWS_MAX + 1);
  for (let at = 0; at < found.length; at += ROWS_AT_ONCE) {
    const ids = found.slice(at, at + ROWS_AT_ONCE).map(({ id }) => id);
    const rows = await selectKeys(tx)
      .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)))
      .orderBy(asc(apiKey.id));
    const exercising = columns.includes('exercisedScopes') ? ids : [];
    const uses = await readScopeUses(tx, organizationId, exercising, subject.asOf);
    yield rows.map((row) => pick(keyRow(row, subject.asOf, uses.get(row.key.id)), columns));
  }
}

function selectKeys(tx: Transaction) {
  return tx
    .select({
      key: apiKey,
      ownerName: user.name,
      ownerStatus: member.status,
      customName: role.name,
      ...heldRoleColumns,
    })
    .from(apiKey)
    .innerJoin(member, eq(member.id, apiKey.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .$dynamic();
}

type KeyRow = Awaited<ReturnType<typeof selectKeys>>[number];

function matchingKeys({ kind, asOf, unusedDays }: Subject): SQL | undefined {
  const isWorking = and(
    eq(apiKey.status, 'active'),
    eq(apiKey.canary, false),
    or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, asOf)),
  );
  switch (kind) {
    case 'unused_keys': {
      const since = new Date(asOf.getTime() - (unusedDays ?? 0) * DAY_MS);
      const isUnused = or(isNull(apiKey.lastUsedAt), lte(apiKey.lastUsedAt, since));
      return and(isWorking, lte(apiKey.createdAt, since), isUnused);
    }
    case 'keys_without_expiry':
      return and(ne(apiKey.status, 'revoked'), eq(apiKey.canary, false), isNull(apiKey.expiresAt));
    default:
      return ne(apiKey.status, 'revoked');
  }
}

/** Every field of any report about keys. */
function keyRow(
  { key, ...owner }: KeyRow,
  asOf: Date,
  uses: readonly ScopeUse[] = [],
): ComplianceReportRow {
  const state = keyState(key, asOf);
  const isInForce = state === 'active' && owner.ownerStatus === 'active' && !key.canary;
  return {
    keyId: key.id,
    name: key.name,
    prefix: key.prefix,
    state,
    workspaceId: key.workspaceId,
    ownerId: key.memberId,
    ownerName: owner.ownerName,
    ownerStatus: owner.ownerStatus,
    ownerRole: roleName(owner.roleId, owner.customName),
    profile: key.profile,
    scopes: key.scopes.toSorted(),
    scopesInForce: isInForce ? scopesInForce(key.scopes, owner) : [],
    exercisedScopes: exercisedScopes(uses),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}

/** What the key may do: the part of its scopes that the role of its owner holds. */
function scopesInForce(scopes: readonly string[], owner: Omit<KeyRow, 'key'>): string[] {
  return scopeNames(intersect(scopeSet(scopes.filter(isScope)), roleScopes(owner)));
}

/** What its calls needed, or may have needed; `*` where any other scope may have mattered too. */
function exercisedScopes(uses: readonly ScopeUse[]): string[] {
  const names = uses.flatMap(({ required, considered, isShown, isOpen }) => [
    ...[...required, ...considered],
    ...(isShown || isOpen ? ['*'] : []),
  ]);
  return [...new Set(names)].sort();
}

function pick(row: ComplianceReportRow, columns: readonly string[]): ComplianceReportRow {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}
