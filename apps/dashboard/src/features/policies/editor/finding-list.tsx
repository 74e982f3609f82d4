import { CircleAlert, TriangleAlert } from 'lucide-react';
import { counted } from '../../../lib/format.ts';
import type { Finding } from './policy-findings.ts';
import type { Checked } from './use-validation.ts';

const SHOWN_MAX = 20;

/** What the server says of the text, for those who cannot see or hover the lines in the editor. */
export function FindingList({ checked }: { readonly checked: Checked }) {
  const { findings, isChecked, isCurrent, problem } = checked;
  const summary = isChecked ? summaryOf(findings) : '';
  const shown = findings.slice(0, SHOWN_MAX);
  const hiddenCount = findings.length - shown.length;
  return (
    <>
      <p className="flex min-h-5 gap-2 text-[0.8125rem] text-soft">
        <span role="status">{problem ? `Not checked: ${problem}` : summary}</span>
        {isCurrent || problem ? null : <span aria-hidden>Checking…</span>}
      </p>
      <ul aria-label="Findings" className="mt-1 flex flex-col gap-1 text-[0.8125rem] empty:hidden">
        {shown.map((finding) => (
          <li
            key={`${finding.line}:${finding.column}:${finding.message}`}
            className="flex gap-2 [overflow-wrap:anywhere]"
          >
            <FindingIcon severity={finding.severity} />
            <span>
              <span className="font-medium">
                Line {finding.line}, column {finding.column}:
              </span>{' '}
              {finding.message}
            </span>
          </li>
        ))}
        {hiddenCount > 0 ? <li>And {counted(hiddenCount, 'more finding')}.</li> : null}
      </ul>
    </>
  );
}

function FindingIcon({ severity }: Pick<Finding, 'severity'>) {
  return severity === 'error' ? (
    <>
      <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-bad-ink" />
      <span className="sr-only">Error</span>
    </>
  ) : (
    <>
      <TriangleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-warn-ink" />
      <span className="sr-only">Warning</span>
    </>
  );
}

function summaryOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No errors.';
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  return [
    errors > 0 ? counted(errors, 'error') : '',
    warnings > 0 ? counted(warnings, 'warning') : '',
  ]
    .filter(Boolean)
    .join(', ')
    .concat('.');
}
