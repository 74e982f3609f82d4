import type { ComplianceReport, ComplianceReportRow } from '@tollkeeper/contract';
import { counted, exactTime } from '../../../lib/format.ts';

const TITLES: Readonly<Record<string, string>> = {
  keyId: 'Key ID',
  name: 'Name',
  prefix: 'Prefix',
  state: 'State',
  workspaceId: 'Workspace',
  ownerId: 'Owner ID',
  ownerName: 'Owner',
  ownerStatus: 'Status of the owner',
  ownerRole: 'Role of the owner',
  profile: 'Profile',
  scopes: 'Scopes',
  scopesInForce: 'Scopes in force',
  exercisedScopes: 'Scopes exercised in 90 days',
  createdAt: 'Created',
  expiresAt: 'Expires',
  lastUsedAt: 'Last used',
  memberId: 'Member ID',
  email: 'Email',
  role: 'Role',
  status: 'Status',
  lastSeenAt: 'Last seen',
  sequence: 'Event no.',
  at: 'Time',
  eventId: 'Event ID',
  action: 'By the event',
  change: 'Change',
  memberName: 'Member',
  roleId: 'Role ID',
  roleName: 'Role',
  privilegedScopes: 'Privileged scopes',
  actorId: 'By (ID)',
  actorName: 'By',
};

export function columnTitle(name: string): string {
  return TITLES[name] ?? name;
}

/** Shown for a value that is missing. */
const ABSENT: Readonly<Record<string, string>> = {
  workspaceId: 'All',
  expiresAt: 'Never',
  lastUsedAt: 'Never',
  lastSeenAt: 'Never',
  exercisedScopes: 'Not recorded',
  actorName: 'Tollkeeper',
};

const TIMES: ReadonlySet<string> = new Set([
  'at',
  'createdAt',
  'expiresAt',
  'lastUsedAt',
  'lastSeenAt',
]);

/** A value of the report as a person reads it. */
export function cellText(name: string, value: ComplianceReportRow[string] | undefined): string {
  if (value === null || value === undefined) return ABSENT[name] ?? '–';
  if (Array.isArray(value)) return value.length === 0 ? 'None' : value.join(', ');
  return TIMES.has(name) ? exactTime(String(value)) : String(value);
}

/** Ids are in the file, and only fill the page. */
export function shownColumns({ columns }: Pick<ComplianceReport, 'columns'>): string[] {
  return columns.filter((name) => !name.endsWith('Id') || name === 'workspaceId');
}

/** "Not used for 90 days", "1 Sep 2026 to 30 Nov 2026"; '' for a kind without either. */
export function subjectWords({ unusedDays, from, to }: ComplianceReport): string {
  if (unusedDays !== null) return `Not used for ${counted(unusedDays, 'day')}`;
  return from && to ? `${exactTime(from)} to ${exactTime(to)}` : '';
}
