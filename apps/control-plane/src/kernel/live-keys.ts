import { isScope } from '@tollkeeper/contract';
import {
  createKeyIndex,
  type KeyIndex,
  putOwner,
  putSecret,
  removeOwner,
  removeSecret,
  scopeSet,
} from '@tollkeeper/verify';
import { and, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { apiKey, apiKeySecret, member, role } from '../db/schema/index.ts';
import type { AppendedChange } from './change.ts';
import type { Followed } from './follower.ts';
import { applyOrganizations, loadOrganizations } from './live-organizations.ts';
import { customRole, heldRoleColumns, roleScopes } from './role-scopes.ts';

/** Every key of the database in memory, as hashes and facts, for decisions without a query. */
export interface LiveKeys extends Followed {
  readonly index: () => KeyIndex;
}

const PAGE = 20_000;
const HASH_BYTES = 32;

export function createLiveKeys(db: Database): LiveKeys {
  let live = emptyState();
  return {
    index: () => live.index,
    reload: async () => {
      const next = emptyState();
      await loadAll(db, next);
      live = next;
    },
    apply: async (changes) => {
      await applyOrganizations(db, live.index, subjects(changes, 'organization'));
      await applyMembers(db, live, subjects(changes, 'member'), subjects(changes, 'role'));
      await applyKeys(db, live, subjects(changes, 'key'));
    },
  };
}

interface State {
  readonly index: KeyIndex;
  /**
   * The hashes of each key, one behind the other, a character a byte: a Buffer of the driver's
   * would keep the whole network chunk that it was cut from.
   */
  readonly hashesOfKey: Map<string, string>;
}

function emptyState(): State {
  return { index: createKeyIndex(), hashesOfKey: new Map() };
}

function subjects(changes: readonly AppendedChange[], kind: AppendedChange['kind']): string[] {
  return [...new Set(changes.filter((c) => c.kind === kind).map((c) => c.subjectId))];
}

async function loadAll(db: Database, state: State): Promise<void> {
  await loadOrganizations(db, state.index);
  for (const row of await selectOwners(db)) addOwner(state, row);
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await selectSecrets(db)
      .where(and(gt(apiKeySecret.hash, after), notRetired()))
      .orderBy(apiKeySecret.hash)
      .limit(PAGE);
    for (const row of rows) addSecret(state, row);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.hash;
  }
}

function selectOwners(db: Database) {
  return db
    .select({
      id: member.id,
      organizationId: member.organizationId,
      status: member.status,
      ...heldRoleColumns,
    })
    .from(member)
    .leftJoin(role, customRole);
}
type Owner = Awaited<ReturnType<typeof selectOwners>>[number];

function addOwner({ index }: State, owner: Owner): void {
  putOwner(index, {
    memberId: owner.id,
    organizationId: owner.organizationId,
    active: owner.status === 'active',
    scopes: roleScopes(owner),
  });
}

/** Members that changed themselves, and those whose role did. */
async function applyMembers(
  db: Database,
  state: State,
  ids: readonly string[],
  roleIds: readonly string[],
): Promise<void> {
  if (ids.length + roleIds.length === 0) return;
  const rows = await selectOwners(db).where(
    or(inArray(member.id, [...ids]), inArray(member.roleId, [...roleIds])),
  );
  const found = new Set(rows.map((row) => row.id));
  for (const row of rows) addOwner(state, row);
  for (const id of ids) if (!found.has(id)) removeOwner(state.index, id);
}

function selectSecrets(db: Database) {
  return db
    .select({
      hash: apiKeySecret.hash,
      retiresAt: apiKeySecret.retiresAt,
      keyId: apiKey.id,
      name: apiKey.name,
      organizationId: apiKey.organizationId,
      workspaceId: apiKey.workspaceId,
      ownerId: apiKey.memberId,
      status: apiKey.status,
      expiresAt: apiKey.expiresAt,
      scopes: apiKey.scopes,
      allowedIps: apiKey.allowedIps,
    })
    .from(apiKeySecret)
    .innerJoin(apiKey, eq(apiKey.id, apiKeySecret.keyId));
}
type SecretRow = Awaited<ReturnType<typeof selectSecrets>>[number];

function notRetired() {
  return or(isNull(apiKeySecret.retiresAt), gt(apiKeySecret.retiresAt, sql`now()`));
}

function addSecret({ index, hashesOfKey }: State, row: SecretRow): void {
  putSecret(index, row.hash, {
    keyId: row.keyId,
    name: row.name,
    organizationId: row.organizationId,
    workspaceId: row.workspaceId,
    ownerId: row.ownerId,
    status: row.status,
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    scopes: scopeSet(row.scopes.filter(isScope)),
    allowedIps: row.allowedIps,
    retiresAtMs: row.retiresAt?.getTime() ?? null,
  });
  hashesOfKey.set(row.keyId, (hashesOfKey.get(row.keyId) ?? '') + row.hash.toString('latin1'));
}

/** Takes the key's secrets out and puts in what stands now, without a turn of the loop between. */
async function applyKeys(db: Database, state: State, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await selectSecrets(db).where(and(inArray(apiKey.id, [...ids]), notRetired()));
  for (const id of ids) {
    const hashes = Buffer.from(state.hashesOfKey.get(id) ?? '', 'latin1');
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      removeSecret(state.index, hashes.subarray(at, at + HASH_BYTES));
    }
    state.hashesOfKey.delete(id);
  }
  for (const row of rows) addSecret(state, row);
}
