import { z } from 'zod';
import { creatingMember } from './api-key-schemas.ts';
import { complianceReportId } from './ids.ts';
import type { BuiltInScope } from './scopes.ts';
import { instant } from './text.ts';

export const COMPLIANCE_REPORT_KINDS = [
  'access_review',
  'unused_keys',
  'keys_without_expiry',
  'members_without_second_factor',
  'privileged_role_changes',
] as const;
export type ComplianceReportKind = (typeof COMPLIANCE_REPORT_KINDS)[number];

interface KindDescription {
  readonly title: string;
  readonly description: string;
  /** What shows the same elsewhere: who makes or reads the report needs all of them. */
  readonly scopes: readonly BuiltInScope[];
  /** The fields of each row, in the order of the columns. */
  readonly columns: readonly string[];
}

const KEY = ['keyId', 'name', 'prefix', 'state', 'workspaceId', 'ownerId', 'ownerName'] as const;
const TIMES = ['createdAt', 'expiresAt', 'lastUsedAt'] as const;

export const COMPLIANCE_REPORTS: Readonly<Record<ComplianceReportKind, KindDescription>> = {
  access_review: {
    title: 'Access review',
    description:
      'Every key that is not revoked: its owner, its scopes, those in force under the role of the owner, those that it exercised, its expiry and its last use',
    scopes: ['api_keys.read', 'api_keys.manage_all', 'members.read', 'roles.read'],
    columns: [
      ...[...KEY, 'ownerStatus', 'ownerRole', 'profile', 'scopes', 'scopesInForce'],
      ...['exercisedScopes', ...TIMES],
    ],
  },
  unused_keys: {
    title: 'Unused keys',
    description:
      'Keys that work and were never used, or not for a number of days. A key that is younger is left out',
    scopes: ['api_keys.read', 'api_keys.manage_all'],
    columns: [...KEY, ...TIMES],
  },
  keys_without_expiry: {
    title: 'Keys without expiry',
    description: 'Keys that are not revoked and never expire',
    scopes: ['api_keys.read', 'api_keys.manage_all'],
    columns: [...KEY, 'scopes', ...TIMES],
  },
  members_without_second_factor: {
    title: 'Members without a second factor',
    description: 'Members, suspended ones too, with neither an authenticator app nor a passkey',
    scopes: ['members.read', 'security.read'],
    columns: ['memberId', 'name', 'email', 'role', 'status', 'createdAt', 'lastSeenAt'],
  },
  privileged_role_changes: {
    title: 'Changes of privileged roles',
    description:
      'Who got or lost the role owner or admin, or any role with a privileged scope, in a period; by a change of their role, of the role itself, or of their membership',
    scopes: ['audit.read', 'members.read', 'roles.read'],
    columns: [
      ...['sequence', 'at', 'eventId', 'action', 'change', 'memberId', 'memberName'],
      ...['roleId', 'roleName', 'privilegedScopes', 'actorId', 'actorName'],
    ],
  },
};

/** Scopes by which somebody can widen their own access, take that of others, or hide what they did. */
export const PRIVILEGED_SCOPES = [
  'organization.settings',
  'organization.delete',
  'organization.transfer',
  'members.invite',
  'members.remove',
  'members.role_change',
  'members.suspend',
  'api_keys.manage_all',
  'security.manage',
  'roles.create',
  'roles.edit',
  'roles.delete',
] as const satisfies readonly BuiltInScope[];

/** So many rows a report has at most. */
export const COMPLIANCE_REPORT_ROWS_MAX = 250_000;
/** So many reports an organization keeps at most. */
export const COMPLIANCE_REPORTS_MAX = 500;
/** The printable page shows so many rows at most. */
export const PRINTED_ROWS_MAX = 10_000;
export const UNUSED_DAYS_DEFAULT = 90;
export const UNUSED_DAYS_MAX = 3650;
/** The period of a report that is asked for without one. */
export const REPORT_PERIOD_DAYS = 90;
export const COMPLIANCE_EXPORT_FORMATS = ['jsonl', 'csv', 'print'] as const;

const sha256 = z.string().meta({ description: 'SHA-256 in hexadecimal' });

export const complianceReport = z
  .strictObject({
    id: complianceReportId,
    kind: z.enum(COMPLIANCE_REPORT_KINDS),
    asOf: instant.meta({ description: 'The moment whose state the report shows' }),
    from: instant.nullable().meta({ description: 'Begin of the period; null where it has none' }),
    to: instant.nullable().meta({ description: 'End of the period, which is not part of it' }),
    unusedDays: z.int().nullable().meta({
      description: 'For `unused_keys`: not used for so many days; null for other kinds',
    }),
    columns: z.array(z.string()).meta({ description: 'Fields of each row, in order' }),
    rowsCount: z.int(),
    digests: z
      .strictObject({ jsonl: sha256, csv: sha256 })
      .meta({ description: 'Of the whole file in each format. Equal reports have equal digests' }),
    createdBy: creatingMember,
    createdAt: instant,
  })
  .meta({ id: 'ComplianceReport' });
export type ComplianceReport = z.output<typeof complianceReport>;

export const complianceReportRow = z
  .record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]).nullable())
  .meta({ id: 'ComplianceReportRow', description: 'A value for each of the columns' });
export type ComplianceReportRow = z.output<typeof complianceReportRow>;

/** First line of the file in the format `jsonl`. */
export const complianceReportHead = z.strictObject({
  report: z.strictObject({
    organizationId: z.string(),
    kind: z.enum(COMPLIANCE_REPORT_KINDS),
    asOf: instant,
    from: instant.nullable(),
    to: instant.nullable(),
    unusedDays: z.int().nullable(),
    columns: z.array(z.string()),
  }),
});
