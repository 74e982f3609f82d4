import { z } from 'zod';
import {
  COMPLIANCE_EXPORT_FORMATS,
  COMPLIANCE_REPORT_KINDS,
  complianceReport,
  complianceReportHead,
  complianceReportRow,
  REPORT_PERIOD_DAYS,
  UNUSED_DAYS_DEFAULT,
  UNUSED_DAYS_MAX,
} from '../compliance-report-schemas.ts';
import { complianceReportId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instantWithOffset } from '../text.ts';

const tag = 'Compliance';
const params = z.strictObject({ id: complianceReportId });

export const listComplianceReports = defineRoute({
  method: 'GET',
  path: '/v1/compliance/reports',
  access: 'compliance.read',
  summary: 'List compliance reports, newest first; those whose kind the caller may read',
  tag,
  query: z.strictObject({ ...listQuery, kind: z.enum(COMPLIANCE_REPORT_KINDS).optional() }),
  status: 200,
  response: listOf(complianceReport),
  errors: ['outside_workspace'],
});

export const createComplianceReport = defineRoute({
  method: 'POST',
  path: '/v1/compliance/reports',
  access: 'compliance.export',
  summary:
    'Make a report of the state at this moment, and store it: it never changes. Asks for the scopes that show the same elsewhere, too',
  tag,
  body: z.strictObject({
    kind: z.enum(COMPLIANCE_REPORT_KINDS),
    from: instantWithOffset.optional().meta({
      description: `For \`privileged_role_changes\`: begin of the period. Without it, ${REPORT_PERIOD_DAYS} days before its end`,
    }),
    to: instantWithOffset.optional().meta({
      description:
        'For `privileged_role_changes`: end of the period, which is not part of it. Without it, now',
    }),
    unusedDays: z
      .int()
      .min(1)
      .max(UNUSED_DAYS_MAX)
      .optional()
      .meta({ description: `For \`unused_keys\`; ${UNUSED_DAYS_DEFAULT} without it` }),
  }),
  status: 201,
  response: complianceReport,
  errors: ['outside_workspace', 'invalid_state', 'idempotency_conflict'],
  idempotent: true,
});

export const getComplianceReport = defineRoute({
  method: 'GET',
  path: '/v1/compliance/reports/{id}',
  access: 'compliance.read',
  summary: 'Read what a report is about; its rows are a list of their own',
  tag,
  params,
  status: 200,
  response: complianceReport,
  errors: ['not_found'],
});

export const listComplianceReportRows = defineRoute({
  method: 'GET',
  path: '/v1/compliance/reports/{id}/rows',
  access: 'compliance.read',
  summary: 'List the rows of a report, always the same and in the same order',
  tag,
  params,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(complianceReportRow),
  errors: ['not_found'],
});

export const exportComplianceReport = defineRoute({
  method: 'GET',
  path: '/v1/compliance/reports/{id}/export',
  access: 'compliance.export',
  summary: 'Export a report: the same bytes each time. Every export is an audit event',
  tag,
  params,
  query: z.strictObject({
    format: z.enum(COMPLIANCE_EXPORT_FORMATS).default('jsonl').meta({
      description:
        'JSON Lines, first what the report is about and then its rows (canonical JSON, RFC 8785); CSV (RFC 4180); or `print`, the lines for the printable page',
    }),
  }),
  status: 200,
  stream: {
    contentType: 'application/x-ndjson',
    fileName: 'compliance-report.jsonl',
    line: z.union([complianceReportHead, complianceReportRow]),
    formats: {
      csv: { contentType: 'text/csv', fileName: 'compliance-report.csv' },
      print: { contentType: 'application/x-ndjson' },
    },
  },
  errors: ['not_found'],
});

export const deleteComplianceReport = defineRoute({
  method: 'DELETE',
  path: '/v1/compliance/reports/{id}',
  access: 'compliance.export',
  summary: 'Delete a report; the audit log keeps its digests',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});
