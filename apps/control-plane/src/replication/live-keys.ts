import { isScope } from '@tollkeeper/contract';
import type { KeySecret } from '@tollkeeper/protocol';
import {
  createKeyIndex,
  type KeyIndex,
  putKey,
  putOrganization,
  putOwner,
  putPolicy,
  putSecret,
  removeKey,
  removeOwner,
  removePolicy,
  scopeSet,
} from '@tollkeeper/verify';
import { and, gt, inArray, or, sql } from 'drizzle-orm';
import { roleScopes } from '../access/role-scopes.ts';
import type { Database } from '../db/connect.ts';
import { apiKeySecret, member, organization, policy, workspace } from '../db/schema/index.ts';
import type { AppendedChange } from '../write/change.ts';
import type { ChangeConsumer } from './apply-changes.ts';
import {
  notRetired,
  type OwnerRow,
  retiresAtMs,
  type SecretRow,
  selectOwners,
  selectPolicies,
  selectSecrets,
} from './select-facts.ts';

/** Every key of the database in memory, as hashes and facts, for decisions without a query. */
export interface LiveKeys extends ChangeConsumer {
  readonly index: () => KeyIndex;
  /** Rises with everything that is applied: equal numbers mean equal decisions, but for time. */
  readonly revision: () => number;
  /** The organization of each workspace. */
  readonly workspaces: () => ReadonlyMap<string, string>;
}

const PAGE = 20_000;

export function createLiveKeys(db: Database): LiveKeys {
  let live = createKeyIndex();
  let workspaces = new Map<string, string>();
  let revision = 0;
  return {
    index: () => live,
    revision: () => revision,
    workspaces: () => workspaces,
    reload: async () => {
      const next = createKeyIndex();
      await loadAll(db, next);
      workspaces = await loadWorkspaces(db);
      live = next;
      revision += 1;
    },
    apply: async (changes, secrets) => {
      const of = (kind: AppendedChange['kind']) => subjects(changes, kind);
      const steps = [
        () => applyOrganizations(db, live, of('organization')),
        () => applyMembers(db, live, of('member'), of('role')),
        () => applyKeys(live, of('key'), secrets),
        () => applyPolicies(db, live, of('policy'), of('workspace')),
        () => applyWorkspaces(db, workspaces, of('workspace')),
      ];
      for (const step of steps) {
        await step();
        revision += 1;
      }
    },
  };
}

function subjects(changes: readonly AppendedChange[], kind: AppendedChange['kind']): string[] {
  return [...new Set(changes.filter((c) => c.kind === kind).map((c) => c.subjectId))];
}

async function loadAll(db: Database, index: KeyIndex): Promise<void> {
  await loadOrganizations(db, index);
  for (const row of await selectOwners(db)) addOwner(index, row);
  for (const row of await selectPolicies(db)) putPolicy(index, row);
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await selectSecrets(db)
      .where(and(gt(apiKeySecret.hash, after), notRetired()))
      .orderBy(apiKeySecret.hash)
      .limit(PAGE);
    for (const row of rows) putSecret(index, row.hash, { ...factsOf(row), ...secretOf(row) });
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.hash;
  }
}

function addOwner(index: KeyIndex, owner: OwnerRow): void {
  putOwner(index, {
    memberId: owner.id,
    organizationId: owner.organizationId,
    active: owner.status === 'active',
    scopes: roleScopes(owner),
    roleId: owner.roleId,
  });
}

/** Members that changed themselves, and those whose role did. */
async function applyMembers(
  db: Database,
  index: KeyIndex,
  ids: readonly string[],
  roleIds: readonly string[],
): Promise<void> {
  if (ids.length + roleIds.length === 0) return;
  const rows = await selectOwners(db).where(
    or(inArray(member.id, [...ids]), inArray(member.roleId, [...roleIds])),
  );
  const found = new Set(rows.map((row) => row.id));
  for (const row of rows) addOwner(index, row);
  for (const id of ids) if (!found.has(id)) removeOwner(index, id);
}

function factsOf(row: SecretRow) {
  return {
    keyId: row.keyId,
    name: row.name,
    organizationId: row.organizationId,
    workspaceId: row.workspaceId,
    ownerId: row.ownerId,
    status: row.status,
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    scopes: scopeSet(row.scopes.filter(isScope)),
    allowedIps: row.allowedIps,
    tags: row.tags,
    profile: row.profile,
    createdAtMs: row.createdAt.getTime(),
  };
}

function secretOf(row: SecretRow): KeySecret {
  return { hash: row.hash, retiresAtMs: retiresAtMs(row) };
}

/** Keys whose secrets are all gone or retired are forgotten. */
async function applyKeys(
  index: KeyIndex,
  ids: readonly string[],
  rows: readonly SecretRow[],
): Promise<void> {
  const rowsOfKey = Map.groupBy(rows, (row) => row.keyId);
  for (const id of ids) {
    const [row, ...others] = rowsOfKey.get(id) ?? [];
    if (row) putKey(index, { ...factsOf(row), secrets: [row, ...others].map(secretOf) });
    else removeKey(index, id);
  }
}

/**
 * Policies that changed themselves, and those of workspaces that were created, each with one, or
 * deleted. Those of a deleted workspace are asked for by nobody.
 */
async function applyPolicies(
  db: Database,
  index: KeyIndex,
  ids: readonly string[],
  workspaceIds: readonly string[],
): Promise<void> {
  if (ids.length + workspaceIds.length === 0) return;
  const concerned = or(
    inArray(policy.id, [...ids]),
    inArray(policy.workspaceId, [...workspaceIds]),
  );
  const rows = await selectPolicies(db, concerned);
  const found = new Set(rows.map((row) => row.policyId));
  for (const row of rows) putPolicy(index, row);
  for (const id of ids) if (!found.has(id)) removePolicy(index, id);
}

/** Puts what organizations ask of all their keys into the index. */
async function loadOrganizations(db: Database, index: KeyIndex): Promise<void> {
  for (const row of await selectBound(db)) putOrganization(index, row);
}

/** The same for those that changed, or are gone. */
async function applyOrganizations(
  db: Database,
  index: KeyIndex,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await selectBound(db, ids);
  const bound = new Map(rows.map((row) => [row.organizationId, row]));
  for (const organizationId of ids) {
    putOrganization(index, bound.get(organizationId) ?? { organizationId, allowedIps: [] });
  }
}

/** Only those that bind their keys to addresses; of any other there is nothing to know. */
function selectBound(db: Database, ids?: readonly string[]) {
  return db
    .select({ organizationId: organization.id, allowedIps: organization.allowedIps })
    .from(organization)
    .where(and(sql`${organization.allowedIps} <> '{}'`, ids && inArray(organization.id, [...ids])));
}

/** The organization of each workspace. */
async function loadWorkspaces(db: Database): Promise<Map<string, string>> {
  const rows = await selectPlaces(db);
  return new Map(rows.map((row) => [row.id, row.organizationId]));
}

/** The same for those that were created or deleted. */
async function applyWorkspaces(
  db: Database,
  workspaces: Map<string, string>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await selectPlaces(db).where(inArray(workspace.id, [...ids]));
  for (const id of ids) workspaces.delete(id);
  for (const row of rows) workspaces.set(row.id, row.organizationId);
}

function selectPlaces(db: Database) {
  return db
    .select({ id: workspace.id, organizationId: workspace.organizationId })
    .from(workspace)
    .$dynamic();
}
