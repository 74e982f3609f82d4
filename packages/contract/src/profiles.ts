import { FINAL_SCOPES, SCOPES, type Scope } from './scopes.ts';

export const PROFILES = ['workspace', 'organization', 'read-only', 'custom'] as const;
export type Profile = (typeof PROFILES)[number];
export type PresetProfile = Exclude<Profile, 'custom'>;

/** Where a key of the profile reaches: one workspace always, never, or if asked (design, "Scopes"). */
export type Confinement = 'required' | 'forbidden' | 'optional';

export interface ProfileDescription {
  readonly title: string;
  readonly description: string;
  readonly confinement: Confinement;
}

export const PROFILE_CATALOG: Readonly<Record<Profile, ProfileDescription>> = {
  workspace: {
    title: 'Workspace',
    description: 'Works inside one workspace: its keys and gateways, and calls to its APIs',
    confinement: 'required',
  },
  organization: {
    title: 'Organization',
    description: 'Everything except deleting or transferring the organization',
    confinement: 'forbidden',
  },
  'read-only': {
    title: 'Read-only',
    description: 'Reads everything and changes nothing',
    confinement: 'optional',
  },
  custom: {
    title: 'Custom',
    description: 'The scopes that you choose, up to your own',
    confinement: 'optional',
  },
};

const WORKSPACE_SCOPES: ReadonlySet<Scope> = new Set<Scope>([
  'api_keys.read',
  'api_keys.create',
  'api_keys.revoke',
  'policies.read',
  'policies.create',
  'policies.edit',
  'policies.delete',
  'fleet.read',
  'fleet.manage',
  'usage.read',
  'audit.read',
  'workspaces.read',
  'organization.read',
  'members.read',
  'apis.call',
]);

const FINAL: ReadonlySet<Scope> = new Set<Scope>(FINAL_SCOPES);

/** The full set of a preset; a key gets the part of it that its creator holds. */
export const PROFILE_SCOPES: Readonly<Record<PresetProfile, readonly Scope[]>> = {
  workspace: SCOPES.filter((scope) => WORKSPACE_SCOPES.has(scope)),
  organization: SCOPES.filter((scope) => !FINAL.has(scope)),
  'read-only': SCOPES.filter((scope) => scope.endsWith('.read')),
};
