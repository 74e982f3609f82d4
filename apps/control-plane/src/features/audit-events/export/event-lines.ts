import type { AuditEvent, RouteInput, Routes } from '@tollkeeper/contract';
import { auditLeafText } from '@tollkeeper/transparency-log';
import { csvLine } from './event-csv.ts';
import { ocsfLine } from './event-ocsf.ts';

type Query = NonNullable<RouteInput<Routes['exportAuditEvents']>['query']>;
export type ExportFormat = NonNullable<Query['format']>;

/**
 * Writes each event as a line, its end included.
 * @param authority the origin of the organization's log
 */
export function lineWriter(format: ExportFormat, authority: string): (event: AuditEvent) => string {
  const write = writerOf(format, authority);
  return (event) => {
    try {
      return write(event);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return write(expressible(event));
    }
  };
}

function writerOf(format: ExportFormat, authority: string): (event: AuditEvent) => string {
  switch (format) {
    case 'jsonl':
      return (event) => `${auditLeafText(event)}\n`;
    case 'csv':
      return csvLine;
    case 'ocsf':
      return (event) => ocsfLine(event, authority);
  }
}

/**
 * A number past what JSON expresses is written as a text: only a database that somebody changed has one, and
 * an export that broke off there would show no later event.
 */
function expressible(event: AuditEvent): AuditEvent {
  const toText = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return JSON.parse(JSON.stringify(event, toText));
}
