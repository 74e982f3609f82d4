import { hash } from 'node:crypto';
import type { AuditActor, AuditEvent } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';

/** The version of the schema to which the events conform (docs/decisions/0034). */
const OCSF_VERSION = '1.9.0';

interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly categoryUid: number;
}

const API_ACTIVITY: OcsfClass = { uid: 6003, name: 'API Activity', categoryUid: 6 };
const AUTHENTICATION: OcsfClass = { uid: 3002, name: 'Authentication', categoryUid: 3 };

/** Activities of Authentication. A step of signing in that has none there is `Other`, named by its action. */
const SIGN_INS: ReadonlyMap<string, number> = new Map([
  ['session.sign_in', 1],
  ['session.sign_in_failed', 1],
  ['session.sign_out', 2],
  ['session.revoke_all', 2],
  ['session.confirm', 99],
  ['session.verify_two_factor', 99],
  ['session.approve_device', 99],
  ['session.deny_device', 99],
]);
const SIGN_IN_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Logon'],
  [2, 'Logoff'],
]);

/** Activities of API Activity, by the verb with which an action begins after its group. */
const VERBS: ReadonlyMap<string, number> = new Map([
  ...['create', 'join', 'accept', 'add', 'approve'].map((verb) => [verb, 1] as const),
  ...['export', 'read'].map((verb) => [verb, 2] as const),
  ...['delete', 'remove', 'withdraw', 'prune'].map((verb) => [verb, 4] as const),
]);
const UPDATE = 3;
const API_NAMES = ['Unknown', 'Create', 'Read', 'Update', 'Delete'] as const;

const FAILURE = /(?:failed|refused|denied)$/;

const text = canonicalJson;

/**
 * An event as a line of OCSF: sign-in is Authentication, everything else API Activity. With the profile
 * `record_integrity`, whose fingerprint covers the canonical JSON of the line without the fingerprint. The
 * line is written as canonical JSON right away, all names in their order: an object for each event, sorted and
 * written a second time, was most of an export.
 * @param authority the origin of the organization's log
 */
export function ocsfLine(event: AuditEvent, authority: string): string {
  const { action, actor, organizationId } = event;
  const signIn = SIGN_INS.get(action);
  const parts = signIn === undefined ? apiActivity(event) : authentication(event, signIn);
  const head =
    `{${parts.activity},"actor":{"user":${userText(actor)}}${parts.api}` +
    `,"attestation_list":[{"authority_uid":${text(authority)},"chain_uid":${text(organizationId)}`;
  const rest =
    `}],${parts.classified},"http_request":${requestText(event)}${parts.remote}` +
    `,"message":${messageText(event)},"metadata":${metadataText(event)}${parts.resources}` +
    `,${outcomeText(event, parts.service)},"time":${Date.parse(event.at)},"type_uid":${parts.typeUid}` +
    `,"unmapped":${unmappedText(event)}${parts.user}}`;
  const fingerprint =
    '"fingerprint":{"algorithm":"SHA-256","algorithm_id":3,"encoding":"Hex","encoding_id":1' +
    `,"serialization":"JCS","serialization_id":2,"value":"${hash('sha256', head + rest, 'hex')}"}`;
  return `${head},${fingerprint}${rest}\n`;
}

/** What differs between the classes; empty where a class has no such attribute. */
interface Parts {
  readonly activity: string;
  readonly api: string;
  readonly classified: string;
  readonly remote: string;
  readonly resources: string;
  readonly service: string;
  readonly typeUid: number;
  readonly user: string;
}

const SERVICE = '{"name":"Tollkeeper"}';

function classified({ uid, name, categoryUid }: OcsfClass, activityId: number, activity: string) {
  return {
    activity: `"activity_id":${activityId},"activity_name":${text(activity)}`,
    classified: `"category_uid":${categoryUid},"class_name":"${name}","class_uid":${uid}`,
    typeUid: uid * 100 + activityId,
  };
}

function authentication({ action, target }: AuditEvent, activityId: number): Parts {
  return {
    ...classified(AUTHENTICATION, activityId, SIGN_IN_NAMES.get(activityId) ?? action),
    ...{ api: '', resources: '' },
    remote: ',"is_remote":true',
    service: `"service":${SERVICE},`,
    user: `,"user":{"name":${text(target.name)},"type_id":1,"uid":${text(target.id)}}`,
  };
}

function apiActivity({ action, target, requestId }: AuditEvent): Parts {
  const [, verb = ''] = action.split('.', 2);
  const activityId = VERBS.get(verb.split('_', 1)[0] ?? '') ?? UPDATE;
  return {
    ...classified(API_ACTIVITY, activityId, API_NAMES[activityId] ?? 'Unknown'),
    ...{ remote: '', service: '', user: '' },
    api: `,"api":{"operation":${text(action)},"request":{"uid":${text(requestId)}},"service":${SERVICE}}`,
    resources:
      `,"resources":[{"name":${text(target.name)},"role_id":1,"type":${text(target.type)}` +
      `,"uid":${text(target.id)}}]`,
  };
}

function messageText({ action, target }: AuditEvent): string {
  return text(`${action}: ${target.type} "${target.name}"`);
}

/** From the service or the severity to the status. */
function outcomeText({ action, ip }: AuditEvent, service: string): string {
  const isFailure = FAILURE.test(action);
  const severity = isFailure
    ? '"severity":"Low","severity_id":2'
    : '"severity":"Informational","severity_id":1';
  const status = isFailure
    ? '"status":"Failure","status_id":2'
    : '"status":"Success","status_id":1';
  const endpoint = ip === null ? '{"name":"control-plane"}' : `{"ip":${text(ip)}}`;
  return `${service}${severity},"src_endpoint":${endpoint},${status}`;
}

function requestText({ requestId, userAgent }: AuditEvent): string {
  const agent = userAgent === null ? '' : `,"user_agent":${text(userAgent)}`;
  return `{"uid":${text(requestId)}${agent}}`;
}

function metadataText({ id, organizationId, sequence, action, at }: AuditEvent): string {
  const uid = text(id);
  return (
    `{"event_code":${text(action)},"log_name":"audit","original_event_uid":${uid}` +
    `,"original_time":${text(at)},"product":{"name":"Tollkeeper","vendor_name":"Tollkeeper"}` +
    `,"profiles":["record_integrity"],"sequence":${text(sequence)},"tenant_uid":${text(organizationId)}` +
    `,"uid":${uid},"version":"${OCSF_VERSION}"}`
  );
}

function unmappedText({ actor, target, before, after }: AuditEvent): string {
  return (
    `{"actor":${text(actor)},"after":${text(after)},"before":${text(before)}` +
    `,"target":${text(target)}}`
  );
}

const TYPE_IDS = { user: 1, admin: 2, system: 3 } as const;

function userText(actor: AuditActor): string {
  switch (actor.type) {
    case 'member':
      return `{"type_id":${TYPE_IDS.user},"uid":${text(actor.memberId)}}`;
    case 'key':
      return memberText(actor.memberId, actor.keyId);
    case 'join_key':
      return memberText(actor.memberId, actor.joinKeyId);
    case 'operator':
      return `{"name":"operator","type_id":${TYPE_IDS.admin}}`;
    case 'system':
      return `{"name":${text(actor.job)},"type_id":${TYPE_IDS.system}}`;
  }
}

function memberText(memberId: string, credentialId: string): string {
  return `{"credential_uid":${text(credentialId)},"type_id":${TYPE_IDS.user},"uid":${text(memberId)}}`;
}
