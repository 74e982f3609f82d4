import { isScope } from '@tollkeeper/contract';
import type { Entry } from '@tollkeeper/protocol';
import { holdsAllApiScopes, scopeNames } from '@tollkeeper/verify';
import { and, inArray, or } from 'drizzle-orm';
import { roleScopes } from '../access/role-scopes.ts';
import type { Database } from '../db/connect.ts';
import { apiKey, member, organization } from '../db/schema/index.ts';
import {
  notRetired,
  type OwnerRow,
  type SecretRow,
  selectOwners,
  selectSecrets,
} from '../replication/select-facts.ts';
import type { SubjectChange } from './read-changes.ts';

/** What the subjects of some changes are now. */
export interface Subjects {
  readonly organizations: ReadonlyMap<string, readonly string[]>;
  readonly owners: readonly OwnerRow[];
  readonly secretsOfKey: ReadonlyMap<string, readonly SecretRow[]>;
}

/** The place that entries are for. */
export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** Reads what the changes tell of, once for all workspaces that they concern. */
export async function readSubjects(
  db: Database,
  changes: readonly SubjectChange[],
): Promise<Subjects> {
  const ids = (kind: SubjectChange['kind']) => [
    ...new Set(changes.filter((each) => each.kind === kind).map((each) => each.subjectId)),
  ];
  const [organizations, owners, secrets] = await Promise.all([
    readOrganizations(db, ids('organization')),
    readOwners(db, ids('member'), ids('role')),
    readSecrets(db, ids('key')),
  ]);
  return {
    organizations: new Map(organizations.map((row) => [row.id, row.allowedIps])),
    owners,
    secretsOfKey: Map.groupBy(secrets, (row) => row.keyId),
  };
}

async function readOrganizations(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: organization.id, allowedIps: organization.allowedIps })
    .from(organization)
    .where(inArray(organization.id, [...ids]));
}

async function readOwners(db: Database, ids: readonly string[], roleIds: readonly string[]) {
  if (ids.length + roleIds.length === 0) return [];
  return selectOwners(db).where(
    or(inArray(member.id, [...ids]), inArray(member.roleId, [...roleIds])),
  );
}

async function readSecrets(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return selectSecrets(db).where(and(inArray(apiKey.id, [...ids]), notRetired()));
}

/** Entries of the changes for one workspace: nothing of another, whatever the change says. */
export function entriesOf(
  place: Place,
  changes: readonly SubjectChange[],
  subjects: Subjects,
): Entry[] {
  const latest = new Map(changes.map((each) => [`${each.kind} ${each.subjectId}`, each]));
  return [...latest.values()].flatMap((change) => entriesOfSubject(place, change, subjects));
}

function entriesOfSubject(place: Place, change: SubjectChange, subjects: Subjects): Entry[] {
  const { kind, subjectId } = change;
  switch (kind) {
    case 'organization': {
      const allowedIps = subjects.organizations.get(subjectId);
      return allowedIps && subjectId === place.organizationId
        ? [organizationEntry(subjectId, allowedIps)]
        : [];
    }
    case 'member': {
      const row = subjects.owners.find((each) => each.id === subjectId);
      return row && belongs(place, row)
        ? [ownerEntry(row)]
        : [{ type: 'owner-removed', memberId: subjectId }];
    }
    case 'role':
      return subjects.owners
        .filter((row) => row.roleId === subjectId && belongs(place, row))
        .map(ownerEntry);
    case 'key': {
      const rows = subjects.secretsOfKey.get(subjectId) ?? [];
      return [keyEntry(place, rows) ?? { type: 'key-removed', keyId: subjectId }];
    }
    case 'gateway':
    case 'workspace':
    case 'policy':
      return [];
    default:
      return kind satisfies never;
  }
}

export function organizationEntry(organizationId: string, allowedIps: readonly string[]): Entry {
  return { type: 'organization', organizationId, allowedIps: [...allowedIps] };
}

function belongs(place: Place, row: OwnerRow): boolean {
  return row.organizationId === place.organizationId && row.status !== 'removed';
}

export function ownerEntry(row: OwnerRow): Entry {
  const scopes = roleScopes(row);
  return {
    type: 'owner',
    memberId: row.id,
    active: row.status === 'active',
    scopes: scopeNames(scopes),
    allApiScopes: holdsAllApiScopes(scopes),
  };
}

/** Undefined for a key without a secret, and for one that has no business in the workspace. */
export function keyEntry(place: Place, rows: readonly SecretRow[]): Entry | undefined {
  const [row] = rows;
  if (!row || row.organizationId !== place.organizationId) return undefined;
  if (row.workspaceId !== null && row.workspaceId !== place.workspaceId) return undefined;
  return {
    type: 'key',
    keyId: row.keyId,
    name: row.name,
    workspaceId: row.workspaceId,
    ownerId: row.ownerId,
    status: row.status,
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    scopes: row.scopes.filter(isScope),
    allowedIps: row.allowedIps,
    secrets: rows.map(({ hash, retiresAt }) => ({
      hash,
      retiresAtMs: retiresAt?.getTime() ?? null,
    })),
  };
}
