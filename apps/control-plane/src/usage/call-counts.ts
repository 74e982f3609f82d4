import type { Prepared } from '../db/statement.ts';

/** Calls of one key at a gateway in one hour, of one kind. */
export interface CallCountRow {
  readonly hourMs: number;
  readonly keyId: string;
  /** Empty, like route and method, for calls that are not distinguished. */
  readonly gatewayId: string;
  readonly route: string;
  readonly method: string;
  readonly code: string;
  readonly calls: number;
}

/** Calls in one hour that a policy in shadow mode would have refused. */
export interface ShadowDenialRow {
  readonly policyId: string;
  readonly hourMs: number;
  readonly denied: number;
}

/** What a gateway reported about the calls of its workspace, beside how many there were. */
export interface CallKinds {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly calls: readonly CallCountRow[];
  readonly shadow: readonly ShadowDenialRow[];
}

/**
 * How many kinds of calls are stored for one key in one hour. Calls of others are added to two rows
 * more, of allowed and of refused calls. Processes that store at once may exceed it by what they store.
 */
export const KINDS_PER_HOUR_MAX = 64;

/** Statements that add to what is stored, in one order of rows: two processes must not deadlock. */
export function addCallKinds({
  organizationId,
  workspaceId,
  calls,
  shadow,
}: CallKinds): Prepared[] {
  const place = [organizationId, workspaceId];
  return [
    ...(calls.length === 0
      ? []
      : [{ name: 'add-call-counts', text: ADD_CALLS, values: [...place, JSON.stringify(calls)] }]),
    ...(shadow.length === 0
      ? []
      : [
          {
            name: 'add-shadow-denials',
            text: ADD_SHADOW,
            values: [...place, JSON.stringify(shadow)],
          },
        ]),
  ];
}

const ADD_CALLS = `
  with counted as materialized (
    select to_timestamp("hourMs" / 1000) as hour, "keyId" as key_id, "gatewayId" as gateway_id,
      route, method, code, sum(calls)::bigint as calls
    from json_to_recordset($3::json) as each (
      "hourMs" float8, "keyId" text, "gatewayId" text, route text, method text, code text,
      calls bigint)
    group by 1, 2, 3, 4, 5, 6
  ), compared as (
    select counted.*, method = '' or exists (
      select from call_count as known
      where (known.organization_id, known.workspace_id, known.hour, known.key_id)
          = ($1, $2, counted.hour, counted.key_id)
        and (known.gateway_id, known.route, known.method, known.code)
          = (counted.gateway_id, counted.route, counted.method, counted.code)
    ) as is_known
    from counted
  ), fitting as (
    select compared.*, is_known or (
      select count(*) from call_count as known
      where (known.organization_id, known.workspace_id, known.hour, known.key_id)
          = ($1, $2, compared.hour, compared.key_id) and known.method <> ''
    ) + row_number() over (
      partition by hour, key_id, is_known order by calls desc, gateway_id, route, method, code
    ) <= ${KINDS_PER_HOUR_MAX} as fits
    from compared
  )
  insert into call_count as stored
    (organization_id, workspace_id, hour, key_id, gateway_id, route, method, code, calls)
  select $1, $2, hour, key_id,
    case when fits then gateway_id else '' end, case when fits then route else '' end,
    case when fits then method else '' end,
    case when fits or code = 'valid' then code else '' end, sum(calls)
  from fitting
  group by 3, 4, 5, 6, 7, 8
  order by 3, 4, 5, 6, 7, 8
  on conflict (organization_id, workspace_id, hour, key_id, gateway_id, route, method, code)
    do update set calls = stored.calls + excluded.calls`;

/** Of policies that apply in the workspace, and of no other. */
const ADD_SHADOW = `
  insert into shadow_denial as stored (organization_id, policy_id, workspace_id, hour, denied)
  select $1, policy.id, $2, to_timestamp("hourMs" / 1000), sum(each.denied)::bigint
  from json_to_recordset($3::json) as each ("policyId" text, "hourMs" float8, denied bigint)
  join policy on policy.id = each."policyId" and policy.organization_id = $1
    and (policy.workspace_id is null or policy.workspace_id = $2)
  group by 2, 4
  order by 2, 4
  on conflict (organization_id, policy_id, workspace_id, hour)
    do update set denied = stored.denied + excluded.denied`;
