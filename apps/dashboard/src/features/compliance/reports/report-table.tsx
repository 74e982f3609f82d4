import type { ComplianceReport, ComplianceReportRow } from '@tollkeeper/contract';
import { joinClasses } from '../../../lib/join-classes.ts';
import { cellText, columnTitle, shownColumns } from './report-words.ts';

interface ReportTableProps {
  readonly caption: string;
  readonly report: ComplianceReport;
  readonly rows: readonly ComplianceReportRow[];
}

/** Columns of texts that people choose, or of many words: these break where the others would not fit. */
const LONG = /name|email|role|scopes|action/i;

/** The rows as they are, which never change: so their number is their key. */
export function ReportTable({ caption, report, rows }: ReportTableProps) {
  const columns = shownColumns(report);
  return (
    <table className="w-full border-collapse text-left text-[0.8125rem]">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-soft">
        <tr className="border-line border-b">
          {columns.map((name) => (
            <th
              key={name}
              scope="col"
              className="whitespace-nowrap px-3 py-2 font-normal first:pl-5"
            >
              {columnTitle(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a report never changes
          <tr key={index} className="border-line border-b align-top last:border-b-0">
            {columns.map((name) => (
              <td
                key={name}
                className={joinClasses(
                  'px-3 py-2 first:pl-5',
                  LONG.test(name) && 'min-w-44 [overflow-wrap:anywhere]',
                )}
              >
                {cellText(name, row[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
