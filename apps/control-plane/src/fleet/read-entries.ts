import { isScope } from '@tollkeeper/contract';
import type { Entry } from '@tollkeeper/protocol';
import { holdsAllApiScopes, NO_SCOPES, permitAll, scopeNames } from '@tollkeeper/verify';
import { and, inArray, or } from 'drizzle-orm';
import { roleScopes } from '../access/role-scopes.ts';
import type { Database } from '../db/connect.ts';
import { apiKey, member, organization, policy } from '../db/schema/index.ts';
import {
  notRetired,
  type OwnerRow,
  type PolicyRow,
  retiresAtMs,
  type SecretRow,
  selectOwners,
  selectPolicies,
  selectSecrets,
} from '../replication/select-facts.ts';
import type { SubjectChange } from './read-changes.ts';

/** What the subjects of some changes are now. */
export interface Subjects {
  readonly organizations: ReadonlyMap<string, readonly string[]>;
  readonly owners: readonly OwnerRow[];
  readonly secretsOfKey: ReadonlyMap<string, readonly SecretRow[]>;
  readonly policies: readonly PolicyRow[];
  /** Workspaces in which gateways without policies may let calls through. */
  readonly permitted: ReadonlySet<string>;
}

/** The oldest version of the protocol that has policies. */
const POLICIES_SINCE = 4;

/** Whether a gateway of that version evaluates policies. */
export function evaluatesPolicies({ protocol }: { readonly protocol: number }): boolean {
  return protocol >= POLICIES_SINCE;
}

/** The place that entries are for. */
export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** A place with gateways that speak a version of the protocol. */
export interface Audience extends Place {
  readonly protocol: number;
}

/**
 * Reads what the changes tell of, once for all workspaces that they concern.
 * @param audiences of all that the changes are for
 */
export async function readSubjects(
  db: Database,
  changes: readonly SubjectChange[],
  audiences: readonly Audience[],
): Promise<Subjects> {
  const older = audiences.filter((each) => !evaluatesPolicies(each));
  const ids = (kind: SubjectChange['kind']) => [
    ...new Set(changes.filter((each) => each.kind === kind).map((each) => each.subjectId)),
  ];
  const policyIds = ids('policy');
  // All of them hold scopes or none, for a gateway that cannot evaluate a policy.
  const ownersOf = policyIds.length === 0 ? [] : older.map((each) => each.organizationId);
  const [organizations, owners, secrets, policies, permitted] = await Promise.all([
    readOrganizations(db, ids('organization')),
    readOwners(db, ids('member'), ids('role'), ownersOf),
    readSecrets(db, ids('key')),
    readPolicies(db, policyIds),
    readPermitted(db, older),
  ]);
  return {
    organizations: new Map(organizations.map((row) => [row.id, row.allowedIps])),
    owners,
    secretsOfKey: Map.groupBy(secrets, (row) => row.keyId),
    policies,
    permitted,
  };
}

/** Those of the workspaces whose policies refuse nothing. */
export async function readPermitted(
  db: Database,
  places: readonly Place[],
): Promise<ReadonlySet<string>> {
  if (places.length === 0) return new Set();
  const organizationIds = [...new Set(places.map((each) => each.organizationId))];
  const rows = await selectPolicies(db, inArray(policy.organizationId, organizationIds));
  const permitted = places.filter((place) =>
    permitAll(rows.filter((row) => appliesIn(place, row))),
  );
  return new Set(permitted.map((each) => each.workspaceId));
}

function appliesIn(place: Place, { organizationId, workspaceId }: PolicyRow): boolean {
  if (organizationId !== place.organizationId) return false;
  return workspaceId === null || workspaceId === place.workspaceId;
}

async function readPolicies(db: Database, ids: readonly string[]): Promise<PolicyRow[]> {
  return ids.length === 0 ? [] : selectPolicies(db, inArray(policy.id, [...ids]));
}

async function readOrganizations(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: organization.id, allowedIps: organization.allowedIps })
    .from(organization)
    .where(inArray(organization.id, [...ids]));
}

async function readOwners(
  db: Database,
  ids: readonly string[],
  roleIds: readonly string[],
  organizationIds: readonly string[],
) {
  if (ids.length + roleIds.length + organizationIds.length === 0) return [];
  return selectOwners(db).where(
    or(
      inArray(member.id, [...ids]),
      inArray(member.roleId, [...roleIds]),
      inArray(member.organizationId, [...organizationIds]),
    ),
  );
}

async function readSecrets(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return selectSecrets(db).where(and(inArray(apiKey.id, [...ids]), notRetired()));
}

/** Entries of the changes for one workspace: nothing of another, whatever the change says. */
export function entriesOf(
  place: Audience,
  changes: readonly SubjectChange[],
  subjects: Subjects,
): Entry[] {
  const latest = new Map(changes.map((each) => [`${each.kind} ${each.subjectId}`, each]));
  return [...latest.values()].flatMap((change) => entriesOfSubject(place, change, subjects));
}

function entriesOfSubject(place: Audience, change: SubjectChange, subjects: Subjects): Entry[] {
  const { kind, subjectId } = change;
  const mayCall = evaluatesPolicies(place) || subjects.permitted.has(place.workspaceId);
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
        ? [ownerEntry(row, mayCall)]
        : [{ type: 'owner-removed', memberId: subjectId }];
    }
    case 'role':
      return subjects.owners
        .filter((row) => row.roleId === subjectId && belongs(place, row))
        .map((row) => ownerEntry(row, mayCall));
    case 'key': {
      const rows = subjects.secretsOfKey.get(subjectId) ?? [];
      return [keyEntry(place, rows) ?? { type: 'key-removed', keyId: subjectId }];
    }
    case 'policy': {
      if (!evaluatesPolicies(place)) {
        const owners = subjects.owners.filter((row) => belongs(place, row));
        return owners.map((row) => ownerEntry(row, mayCall));
      }
      const row = subjects.policies.find((each) => each.policyId === subjectId);
      return row && appliesIn(place, row)
        ? [policyEntry(row)]
        : [{ type: 'policy-removed', policyId: subjectId }];
    }
    case 'gateway':
    case 'workspace':
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

export function policyEntry({ policyId, mode, statements }: PolicyRow): Entry {
  return { type: 'policy', policyId, mode, statements };
}

/** @param mayCall false for a gateway that could not evaluate what applies: it refuses every call */
export function ownerEntry(row: OwnerRow, mayCall: boolean): Entry {
  const scopes = mayCall ? roleScopes(row) : NO_SCOPES;
  return {
    type: 'owner',
    memberId: row.id,
    active: row.status === 'active',
    scopes: scopeNames(scopes),
    allApiScopes: holdsAllApiScopes(scopes),
    roleId: row.roleId,
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
    tags: row.tags,
    profile: row.profile,
    createdAtMs: row.createdAt.getTime(),
    secrets: rows.map((each) => ({ hash: each.hash, retiresAtMs: retiresAtMs(each) })),
  };
}
