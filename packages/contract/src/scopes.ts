import { z } from 'zod';

/** The catalog of built-in scopes, grouped by resource (design, "Scopes"). */
const CATALOG = {
  organization: {
    read: 'See the organization: its name, plan and settings',
    settings: 'Change the name and settings of the organization',
    delete: 'Delete the organization and everything in it',
    transfer: 'Hand the ownership of the organization to another member',
  },
  members: {
    read: 'See who belongs to the organization, with roles and status',
    invite: 'Invite people, resend and withdraw invitations',
    remove: 'Remove members and decide what happens to their keys',
    role_change: 'Give a member another role',
    suspend: 'Suspend and reinstate members',
  },
  api_keys: {
    read: 'See keys: name, prefix, status, scopes and last use; never a secret',
    create: 'Create, edit and rotate keys, up to your own scopes',
    revoke: 'Disable, enable, revoke and delete keys',
    manage_all: "See and manage every member's keys, not only your own",
    verify: 'Ask whether a key is valid and what it may do',
  },
  policies: {
    read: 'See policies, and the scopes that the organization defines for its own APIs',
    create: 'Write policies, and define scopes for your own APIs',
    edit: 'Change policies, and the descriptions of scopes for your own APIs',
    delete: 'Delete policies, and scopes for your own APIs, which removes them from keys and roles',
  },
  fleet: {
    read: 'See gateway instances and join keys',
    manage: 'Create and delete join keys; rename, drain and remove gateways',
  },
  audit: {
    read: 'Read the audit log',
    export: 'Export the audit log',
    webhook_manage:
      'Manage the webhooks and log streams that receive audit events; to create or redirect one also needs audit.read',
  },
  billing: {
    read: 'See the plan, its limits, invoices and payment method',
    manage: 'Change the plan and payment methods',
  },
  security: {
    read: 'See the security settings',
    manage: 'Change key lifetimes, accepted addresses and two-factor rules',
  },
  roles: {
    read: 'See roles and the scopes that each one holds',
    create: 'Create custom roles, up to your own scopes',
    edit: 'Change custom roles',
    delete: 'Delete custom roles',
  },
  compliance: {
    read: 'See compliance reports, access reviews and review campaigns; each also needs the scopes that show the same elsewhere',
    export: 'Make, export, print and delete compliance reports',
  },
  integrations: {
    read: 'See integrations with other services, and reports of keys that leaked',
    manage:
      'Connect, change and disconnect integrations, and report, resolve and dismiss leaks; a chat destination also needs the scopes that show what it receives',
  },
  notifications: {
    read: 'See what members are notified of unless they choose otherwise',
    manage: 'Change what members are notified of unless they choose otherwise',
  },
  workspaces: {
    read: 'See the workspaces of the organization',
    manage: 'Create, rename and delete workspaces',
  },
  usage: {
    read: 'See how many calls were made, by key and over time',
  },
  apis: {
    call: 'Call your APIs through gateways',
  },
} as const;

type Catalog = typeof CATALOG;
export type ScopeGroup = keyof Catalog;
export type BuiltInScope = {
  [G in ScopeGroup]: `${G}.${Extract<keyof Catalog[G], string>}`;
}[ScopeGroup];

export interface ScopeDescription {
  readonly name: BuiltInScope;
  readonly group: ScopeGroup;
  readonly description: string;
}

/** Scopes, and groups of scopes, that no route needs yet. */
const UNUSED: ReadonlySet<string> = new Set();

export const SCOPE_CATALOG: readonly ScopeDescription[] = Object.entries(CATALOG).flatMap(
  ([group, actions]) =>
    Object.entries(actions).map(([action, description]) => ({
      name: `${group}.${action}` as BuiltInScope,
      group: group as ScopeGroup,
      description:
        UNUSED.has(group) || UNUSED.has(`${group}.${action}`)
          ? `Allows nothing in this version. Later: ${lowerFirst(description)}`
          : description,
    })),
);

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Every built-in scope, in catalog order. The order is for display; sets are stored sorted. */
export const SCOPES: readonly BuiltInScope[] = SCOPE_CATALOG.map((scope) => scope.name);

/**
 * Scopes that end what the organization is, or whose it is. A key that holds one acts without a
 * password, so a person grants them only after a recent sign-in, and no preset contains them.
 */
export const FINAL_SCOPES = [
  'organization.delete',
  'organization.transfer',
] as const satisfies readonly BuiltInScope[];
export type FinalScope = (typeof FINAL_SCOPES)[number];

export const API_SCOPE_NAME = /^[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,31}$/;
export const API_SCOPE_NAME_RULE =
  'must be resource.action: two names of lower-case letters, digits, hyphens and underscores, such as invoices.read';
export const API_SCOPE_LENGTH_MAX = 64;

const GROUPS: readonly string[] = Object.keys(CATALOG);
export const NO_BUILT_IN_GROUP = new RegExp(`^(?!(?:${GROUPS.join('|')})\\.)`);
export const NO_BUILT_IN_GROUP_RULE = `must not begin with the group of a built-in scope: ${GROUPS.join(', ')}`;

/**
 * A scope that the organization defines for its own APIs. It never has the name or the group of a
 * built-in one, so that it allows nothing at Tollkeeper's own API.
 */
export const apiScopeName = z
  .string()
  .max(API_SCOPE_LENGTH_MAX)
  .regex(API_SCOPE_NAME, API_SCOPE_NAME_RULE)
  .regex(NO_BUILT_IN_GROUP, NO_BUILT_IN_GROUP_RULE)
  .brand<'ApiScope'>()
  .meta({ examples: ['invoices.read'] });
export type ApiScope = z.output<typeof apiScopeName>;

/** One permission: built in, or of the organization. */
export type Scope = BuiltInScope | ApiScope;

const names: ReadonlySet<string> = new Set(SCOPES);

export function isBuiltInScope(name: string): name is BuiltInScope {
  return names.has(name);
}

export function isApiScope(name: string): name is ApiScope {
  return (
    name.length <= API_SCOPE_LENGTH_MAX && API_SCOPE_NAME.test(name) && NO_BUILT_IN_GROUP.test(name)
  );
}

/** Whether the text can name a scope; which API scopes there are, the organization decides. */
export function isScope(name: string): name is Scope {
  return isBuiltInScope(name) || isApiScope(name);
}

/** @throws RangeError for what cannot name a scope */
export function parseScope(name: string): Scope {
  if (isScope(name)) return name;
  throw new RangeError(`Unknown scope "${name}"`);
}
