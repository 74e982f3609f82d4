import { gzipSync } from 'node:zlib';

type Send = (text: string, values: unknown[]) => Promise<unknown>;

/** As many reports as an organization keeps, each of a hundred parts. */
export async function fillCompliance(send: Send, organizationId: string): Promise<void> {
  await send(REPORTS, [organizationId]);
  await send(PARTS, [organizationId, gzipSync('{"name":"ci"}\n')]);
}

const REPORTS = `
  insert into compliance_report (organization_id, id, kind, as_of, columns, rows_count, jsonl_digest, csv_digest,
    member_id, created_at)
  select $1, 'rep_' || lpad(n::text, 20, '0'), 'unused_keys', now(), '{name}', 100, '', '',
    'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 500) n`;
const PARTS = `
  insert into compliance_report_part (organization_id, report_id, number, first_row, rows_count, jsonl, csv)
  select organization_id, id, n, n, 1, $2::bytea, ''
  from compliance_report, generate_series(0, 99) n where organization_id = $1`;
