import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { COMPLIANCE_REPORT_ROWS_MAX, type ComplianceReportRow } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { DomainError } from '../../domain-error.ts';
import { csvRow } from '../audit-events/index.ts';

const zip = promisify(gzip);

export interface Part {
  readonly number: number;
  readonly firstRow: number;
  readonly rowsCount: number;
  readonly jsonl: Buffer;
  readonly csv: Buffer;
}

export interface Parts {
  readonly parts: readonly Part[];
  readonly rowsCount: number;
  readonly jsonlDigest: string;
  readonly csvDigest: string;
}

/**
 * The bytes of a report in both formats. Only what is compressed stays in memory.
 * @param head what the report is about: the first line of its JSON
 * @param columns in the order of the cells of its CSV
 * @throws DomainError invalid_state where there are too many rows
 */
export async function buildParts(
  head: object,
  columns: readonly string[],
  batches: AsyncIterable<readonly ComplianceReportRow[]>,
): Promise<Parts> {
  const [jsonlHash, csvHash] = [createHash('sha256'), createHash('sha256')];
  const parts: Part[] = [];
  let firstRow = 0;
  const add = async (jsonl: string, csv: string, rowsCount: number) => {
    jsonlHash.update(jsonl);
    csvHash.update(csv);
    const zipped = await Promise.all([zip(jsonl), zip(csv)]);
    parts.push({ number: parts.length, firstRow, rowsCount, jsonl: zipped[0], csv: zipped[1] });
    firstRow += rowsCount;
  };
  await add(`${canonicalJson(head)}\n`, csvRow(columns), 0);
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    requireRoom(firstRow + rows.length);
    const jsonl = rows.map((row) => `${canonicalJson(row)}\n`).join('');
    await add(
      jsonl,
      rows.map((row) => csvRow(columns.map((name) => cellOf(row[name])))).join(''),
      rows.length,
    );
  }
  return {
    parts,
    rowsCount: firstRow,
    jsonlDigest: jsonlHash.digest('hex'),
    csvDigest: csvHash.digest('hex'),
  };
}

/** @throws DomainError invalid_state */
function requireRoom(rowsCount: number): void {
  if (rowsCount <= COMPLIANCE_REPORT_ROWS_MAX) return;
  throw new DomainError(
    'invalid_state',
    `Cannot make the report: it would have more than ${COMPLIANCE_REPORT_ROWS_MAX} rows. Choose a shorter period, or delete keys that were revoked.`,
  );
}

/** Several values are in one cell, with spaces between: names of scopes have none. */
function cellOf(value: ComplianceReportRow[string] | undefined): string | number | null {
  return Array.isArray(value) ? value.join(' ') : (value ?? null);
}
