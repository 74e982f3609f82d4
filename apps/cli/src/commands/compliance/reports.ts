import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  COMPLIANCE_EXPORT_FORMATS,
  COMPLIANCE_REPORT_KINDS,
  COMPLIANCE_REPORTS,
  type ComplianceReport,
  type ComplianceReportRow,
} from '@tollkeeper/contract';
import { choice, given, parsed, text, withDefault, YES } from '../../command/option.ts';
import { readCount, readTime } from '../../command/option-values.ts';
import { argument, verb } from '../../command/verb.ts';
import { listAll } from '../../lookup.ts';
import { asTable, type Field, hint, printFields, printLine, printTable } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted, relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { visibleText } from '../../text/visible-text.ts';

const REPORT = argument('report', 'Id of a report, such as rep_7dQx0mJ2vK4tR9sZ1aBc');
const KINDS = COMPLIANCE_REPORT_KINDS.join(', ');

const COLUMNS: readonly Column<ComplianceReport>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'KIND', cell: ({ kind }) => kind, widthMin: 13 },
  { title: 'AS OF', cell: ({ asOf }, now) => relativeTime(asOf, now) },
  { title: 'ROWS', cell: ({ rowsCount }) => String(rowsCount), align: 'right' },
  { title: 'MADE BY', cell: ({ createdBy }) => createdBy.name, optional: true },
];

export const reports = verb({
  name: 'reports',
  summary: 'List compliance reports, newest first',
  options: {
    kind: choice('kind', COMPLIANCE_REPORT_KINDS, 'Only reports of this kind'),
    limit: withDefault(parsed('count', 'How many to show at most', readCount), 20),
  },
  run: async ({ ctx, options: { kind, limit } }) => {
    const { client } = await connect(ctx);
    const load = (query: { limit: number; cursor?: string }) =>
      client.listComplianceReports({ query: { ...query, ...given({ kind }) } });
    return listAll(load, { countMax: limit });
  },
  print: asTable(COLUMNS, {
    empty: 'There are no reports. Run "tollkeeper compliance report access_review" to make one.',
  }),
});

export const makeReport = verb({
  name: 'report',
  summary: 'Make a report of the state at this moment, which is kept as it is',
  notes: `<kind> is one of: ${KINDS}.`,
  examples: [
    'compliance report access_review',
    'compliance report unused_keys --unused-days 30',
    'compliance report privileged_role_changes --from 2026-07-01 --to 2026-10-01',
  ],
  args: [argument('kind', 'What it is about, such as access_review')],
  options: {
    unusedDays: parsed('days', 'For unused_keys; 90 without it', readCount),
    from: parsed('time', 'For privileged_role_changes: begin of the period', readTime),
    to: parsed('time', 'For privileged_role_changes: its end; now without it', readTime),
  },
  run: async ({ ctx, args: [kind], options: { unusedDays, from, to } }) => {
    const { client } = await connect(ctx);
    return client.createComplianceReport(
      { body: { kind: kind as ComplianceReport['kind'], ...given({ unusedDays, from, to }) } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { id, kind, rowsCount }) => {
    printLine(ctx, id);
    hint(
      ctx,
      `${COMPLIANCE_REPORTS[kind].title}: ${counted(rowsCount, 'row')}. Run "tollkeeper compliance export ${id} --format csv" to save it.`,
    );
  },
});

export const showReport = verb({
  name: 'show',
  summary: 'Show what a report is about, and its first rows',
  args: [REPORT],
  options: { limit: withDefault(parsed('count', 'How many rows to show at most', readCount), 20) },
  run: async ({ ctx, args: [id], options: { limit } }) => {
    const { client } = await connect(ctx);
    const params = { id };
    const [report, { data: rows }] = await Promise.all([
      client.getComplianceReport({ params }),
      listAll((query) => client.listComplianceReportRows({ params, query }), { countMax: limit }),
    ]);
    return { ...report, rows };
  },
  print: (ctx, { rows, ...report }) => {
    printFields(ctx, fieldsOf(report));
    const columns = report.columns.map(
      (name): Column<ComplianceReportRow> => ({
        title: name,
        cell: (row) => cellText(row[name]),
        ...(name === 'name' || name === 'memberName' ? {} : { optional: true as const }),
      }),
    );
    if (rows.length > 0) printTable(ctx, columns, rows);
    if (rows.length < report.rowsCount) {
      hint(ctx, `${rows.length} of ${report.rowsCount} rows. Add --limit for more.`);
    }
  },
});

function fieldsOf(report: ComplianceReport): Field[] {
  const { kind, asOf, from, to, unusedDays, rowsCount, createdBy, digests } = report;
  return [
    ['Report', COMPLIANCE_REPORTS[kind].title],
    ['As of', asOf],
    ...(from && to ? [['Period', `${from} to ${to}`] as const] : []),
    ...(unusedDays === null ? [] : [['Unused for', counted(unusedDays, 'day')] as const]),
    ['Rows', String(rowsCount)],
    ['Made by', createdBy.name],
    ['SHA-256 of CSV', digests.csv],
    ['SHA-256 of JSONL', digests.jsonl],
  ];
}

function cellText(value: ComplianceReportRow[string] | undefined): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

export const exportReport = verb({
  name: 'export',
  summary: 'Export a report as JSON Lines or CSV: the same bytes each time',
  examples: ['compliance export rep_7dQx0mJ2vK4tR9sZ1aBc --format csv --output access-review.csv'],
  json: 'none',
  args: [REPORT],
  options: {
    format: choice(
      'format',
      COMPLIANCE_EXPORT_FORMATS.filter((each) => each !== 'print'),
      'Without it: jsonl',
    ),
    output: text('file', 'File to write; without it, standard output'),
  },
  run: async ({ ctx, args: [id], options: { format = 'jsonl', output } }) => {
    const { client } = await connect(ctx);
    const { bytes } = await client.exportComplianceReport({ params: { id }, query: { format } });
    const parts = readParts(bytes);
    if (output !== undefined) {
      await pipeline(parts, createWriteStream(output));
      hint(ctx, `Wrote the report to "${output}".`);
      return;
    }
    const decoder = new TextDecoder();
    for await (const part of parts) {
      const shown = ctx.stdout.isTTY ? visible(decoder.decode(part, { stream: true })) : part;
      if (!ctx.stdout.write(shown)) await once(ctx.stdout, 'drain');
    }
  },
});

async function* readParts(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = bytes.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** What a terminal would obey is written out. */
function visible(lines: string): string {
  return lines
    .split(/\r?\n/)
    .map((line) => visibleText(line))
    .join('\n');
}

export const deleteReport = verb({
  name: 'delete-report',
  summary: 'Delete a report for good; the audit log keeps its digests',
  args: [REPORT],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [id], options: { yes } }) => {
    const { client } = await connect(ctx);
    requireYesOrTerminal(ctx, yes);
    const { kind, asOf } = await client.getComplianceReport({ params: { id } });
    const title = `${COMPLIANCE_REPORTS[kind].title} of ${asOf}`;
    if (!yes) await agree(ctx, `Delete the report "${title}" for good?`);
    await client.deleteComplianceReport({ params: { id } });
    return title;
  },
  print: (ctx, title) => printLine(ctx, `Deleted the report "${title}".`),
});
