import {
  ADMIN_ROLE_ID,
  type AuditEvent,
  BUILT_IN_ROLES,
  OWNER_ROLE_ID,
  PRIVILEGED_SCOPES,
} from '@tollkeeper/contract';

/** Who held which role at a moment. Undoing events leads back to earlier ones. */
export interface Memberships {
  readonly members: Map<string, Membership>;
  /** Custom roles. */
  readonly roles: Map<string, HeldRole>;
}

interface Membership {
  roleId: string;
  status: string;
}

interface HeldRole {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** A role that gives its holder power over others, or over what is recorded of them. */
export interface Privilege {
  readonly roleId: string;
  readonly roleName: string;
  readonly scopes: readonly string[];
}

const BUILT_IN = new Map<string, HeldRole>(BUILT_IN_ROLES.map((each) => [each.id, each]));
const PRIVILEGED: ReadonlySet<string> = new Set(PRIVILEGED_SCOPES);

/** What the member holds of privileged roles; undefined for nothing, and while they are suspended or gone. */
export function privilegeOf(
  { members, roles }: Memberships,
  memberId: string,
): Privilege | undefined {
  const held = members.get(memberId);
  const role = held && (BUILT_IN.get(held.roleId) ?? roles.get(held.roleId));
  if (!role || held.status !== 'active') return undefined;
  const scopes = role.scopes.filter((scope) => PRIVILEGED.has(scope)).toSorted();
  const isNamed = held.roleId === OWNER_ROLE_ID || held.roleId === ADMIN_ROLE_ID;
  if (scopes.length === 0 && !isNamed) return undefined;
  return { roleId: held.roleId, roleName: role.name, scopes };
}

/** The members whose privileges the event may have changed. */
export function affectedBy({ members }: Memberships, event: AuditEvent): readonly string[] {
  const after = event.after ?? {};
  switch (event.action) {
    case 'member.update':
    case 'member.suspend':
    case 'member.reinstate':
    case 'member.remove':
      return [event.target.id];
    case 'invitation.accept':
      return textsOf(after.memberId);
    case 'organization.create':
      return textsOf(after.ownerId);
    case 'organization.transfer':
      return [...textsOf(event.before?.ownerId), ...textsOf(after.ownerId)];
    case 'role.update':
      return [...members].flatMap(([id, { roleId }]) => (roleId === event.target.id ? [id] : []));
    case 'role.delete':
      return textsOf(after.memberIds);
    default:
      return [];
  }
}

/** Takes back what the event did: the memberships are then those before it. */
export function undo({ members, roles }: Memberships, event: AuditEvent): void {
  const { id } = event.target;
  const [before, after] = [event.before ?? {}, event.after ?? {}];
  switch (event.action) {
    case 'member.update':
    case 'member.suspend':
    case 'member.reinstate':
    case 'member.remove':
      set(members, id, { roleId: before.roleId, status: before.status });
      break;
    case 'invitation.accept':
      for (const memberId of textsOf(after.memberId)) set(members, memberId, { status: 'removed' });
      break;
    case 'organization.create':
      for (const ownerId of textsOf(after.ownerId)) set(members, ownerId, { status: 'removed' });
      break;
    case 'organization.transfer':
      for (const heir of textsOf(after.ownerId)) set(members, heir, { roleId: before.heirRoleId });
      for (const owner of textsOf(before.ownerId)) set(members, owner, { roleId: OWNER_ROLE_ID });
      break;
    case 'role.update':
    case 'role.delete':
      roles.set(id, { name: event.target.name, scopes: textsOf(before.scopes) });
      for (const each of textsOf(after.memberIds)) set(members, each, { roleId: id });
      break;
  }
}

interface Values {
  readonly roleId?: unknown;
  readonly status?: unknown;
}

function set(members: Map<string, Membership>, id: string, { roleId, status }: Values): void {
  const held = members.get(id) ?? { roleId: '', status: 'removed' };
  members.set(id, {
    roleId: typeof roleId === 'string' ? roleId : held.roleId,
    status: typeof status === 'string' ? status : held.status,
  });
}

/** What an event recorded, as texts; none where it recorded something else. */
function textsOf(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((each) => typeof each === 'string');
}
