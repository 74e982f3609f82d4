import { PROFILE_SCOPES } from './profiles.ts';
import { SCOPES, type Scope } from './scopes.ts';

export interface BuiltInRole {
  readonly id: `role_${string}`;
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly Scope[];
}

/** The five fixed roles (design, "Scopes"). Custom roles live in the database. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  {
    id: 'role_owner',
    name: 'Owner',
    description:
      'Holds every scope. Exactly one member is the owner; ownership moves only by transfer',
    scopes: SCOPES,
  },
  {
    id: 'role_admin',
    name: 'Admin',
    description: 'Everything except deleting or transferring the organization',
    scopes: PROFILE_SCOPES.organization,
  },
  {
    id: 'role_developer',
    name: 'Developer',
    description: 'Own keys and gateways',
    scopes: SCOPES.filter(
      (scope) => scope === 'api_keys.verify' || PROFILE_SCOPES.workspace.includes(scope),
    ),
  },
  {
    id: 'role_viewer',
    name: 'Viewer',
    description: 'Reads everything and changes nothing',
    scopes: PROFILE_SCOPES['read-only'],
  },
  {
    id: 'role_billing',
    name: 'Billing',
    description: 'Reads the organization, and changes its plan and how it is paid',
    scopes: ['organization.read', 'billing.read', 'billing.manage'],
  },
];

export const OWNER_ROLE_ID = 'role_owner';
export const ADMIN_ROLE_ID = 'role_admin';
