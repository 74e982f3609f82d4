import { gzipSync } from 'node:zlib';

type Send = (text: string, values: unknown[]) => Promise<unknown>;

/**
 * As many campaigns and reports as an organization keeps; a campaign runs.
 * @param rowsEach parts of each report, and keys of each campaign
 */
export async function fillCompliance(
  send: Send,
  organizationId: string,
  rowsEach: number,
): Promise<void> {
  await send(CAMPAIGNS, [organizationId, rowsEach]);
  await send(REVIEWS, [organizationId, rowsEach]);
  await send(REPORTS, [organizationId, rowsEach]);
  await send(PARTS, [organizationId, rowsEach, gzipSync('{"name":"ci"}\n')]);
}

const REPORTS = `
  insert into compliance_report (organization_id, id, kind, as_of, columns, rows_count, jsonl_digest, csv_digest,
    member_id, created_at)
  select $1, 'rep_' || lpad(n::text, 20, '0'), 'unused_keys', now(), '{name}', $2::int, '', '',
    'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 500) n`;
const PARTS = `
  insert into compliance_report_part (organization_id, report_id, number, first_row, rows_count, jsonl, csv)
  select organization_id, id, n, n, 1, $3::bytea, ''
  from compliance_report, generate_series(0, $2::int - 1) n where organization_id = $1`;

const CAMPAIGNS = `
  insert into review_campaign (organization_id, id, name, status, disables_unconfirmed, reviewer_id, ends_at, ended_at,
    keys_count, member_id, created_at)
  select $1, 'rvc_' || lpad(n::text, 20, '0'), 'Review ' || n, case n when 1 then 'running' else 'ended' end, false,
    'mem_' || lpad('1', 20, '0'), now() + case n when 1 then interval '1 day' else interval '-1 day' end,
    case when n > 1 then now() end, $2::int, 'mem_' || lpad('1', 20, '0'), now()
  from generate_series(1, 200) n`;
const REVIEWS = `
  insert into key_review (organization_id, campaign_id, key_id, key_name, outcome)
  select organization_id, id, 'key_' || lpad(n::text, 20, '0'), 'ci-' || n,
    case status when 'running' then 'pending' else 'unconfirmed' end
  from review_campaign, generate_series(1, $2::int) n where organization_id = $1`;
