/** Every command, whole only once it is used: a run loads what it needs. */
import type { CommandEntry } from '../command/verb.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'login',
    summary: 'Sign in to a server',
    load: async () => (await import('./login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'End the session and delete the stored credential',
    load: async () => (await import('./session.ts')).logout,
  },
  {
    name: 'whoami',
    summary: 'Show who you are signed in as, and your scopes',
    load: async () => (await import('./session.ts')).whoami,
  },
  {
    name: 'keys',
    summary: 'Create, list and manage API keys',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'gateway',
    summary: 'Run a gateway, which accepts only requests with a valid key',
    load: async () => (await import('./run-gateway.ts')).gateway,
  },
  {
    name: 'gateways',
    summary: 'List and manage the gateways of the fleet',
    load: async () => (await import('./gateways.ts')).gateways,
  },
  {
    name: 'join-keys',
    summary: 'Create, list and delete the keys with which gateways join the fleet',
    load: async () => (await import('./join-keys.ts')).joinKeys,
  },
  {
    name: 'members',
    summary: 'List members, and change what they may do',
    load: async () => (await import('./members.ts')).members,
  },
  {
    name: 'invitations',
    summary: 'Invite people into the organization',
    load: async () => (await import('./invitations.ts')).invitations,
  },
  {
    name: 'roles',
    summary: 'List, create and change roles',
    load: async () => (await import('./roles.ts')).roles,
  },
  {
    name: 'api-scopes',
    summary: 'Define scopes for your own APIs, and delete them',
    load: async () => (await import('./api-scopes.ts')).apiScopes,
  },
  {
    name: 'policies',
    summary: 'List, write, check and restore the policies of gateways',
    load: async () => (await import('./policies.ts')).policies,
  },
  {
    name: 'workspaces',
    summary: 'Divide the organization into parts, such as production and staging',
    load: async () => (await import('./workspaces.ts')).workspaces,
  },
  {
    name: 'organization',
    alias: 'org',
    summary: 'Show, change, transfer or delete the organization',
    load: async () => (await import('./organization.ts')).organization,
  },
  {
    name: 'billing',
    summary: 'Show and change the plan, and what goes with it',
    load: async () => (await import('./billing.ts')).billing,
  },
  {
    name: 'security',
    summary: 'Show and change the rules for all keys and sessions',
    load: async () => (await import('./security.ts')).security,
  },
  {
    name: 'scopes',
    summary: 'List the scopes that a key can have, and which of them you hold',
    load: async () => (await import('./scopes.ts')).scopes,
  },
  {
    name: 'usage',
    summary: 'Show the calls of all keys, or of one, over time',
    load: async () => (await import('./usage.ts')).usage,
  },
  {
    name: 'audit',
    summary: 'Read, follow, export and verify the audit log',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'notifications',
    summary: 'See your notifications, and choose which ones you receive',
    load: async () => (await import('./notifications.ts')).notifications,
  },
  {
    name: 'webhooks',
    summary: 'Send audit events to other systems as they happen',
    load: async () => (await import('./webhooks.ts')).webhooks,
  },
  {
    name: 'compliance',
    summary: 'Make reports for audits, and review keys',
    load: async () => (await import('./compliance.ts')).compliance,
  },
  {
    name: 'log-streams',
    summary: 'Send the whole audit log to a log system, in order',
    load: async () => (await import('./log-streams.ts')).logStreams,
  },
  {
    name: 'chat-destinations',
    summary: 'Send notifications to channels of Slack and Microsoft Teams',
    load: async () => (await import('./chat-destinations.ts')).chatDestinations,
  },
  {
    name: 'verify',
    summary: 'Check whether a key is valid',
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'leaks',
    summary: 'See keys that leaked, and what was done about them',
    load: async () => (await import('./leaks.ts')).leaks,
  },
  {
    name: 'scan',
    summary: 'Find keys that leaked into files, and say which of them still work',
    load: async () => (await import('./scan.ts')).scan,
  },
  {
    name: 'admin',
    summary: "Operate this machine's server on its own database, without signing in",
    load: async () => (await import('./admin.ts')).admin,
  },
  {
    name: 'completion',
    summary: 'Print a script that completes commands in bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion(COMMANDS),
  },
];
