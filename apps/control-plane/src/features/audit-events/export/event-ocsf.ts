import { hash } from 'node:crypto';
import type { AuditActor, AuditEvent } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';

/** The version of the schema to which the events conform (docs/decisions/0034). */
const OCSF_VERSION = '1.9.0';

const PRODUCT = { name: 'Tollkeeper', vendor_name: 'Tollkeeper' } as const;
const SERVICE = { name: 'Tollkeeper' } as const;

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

/**
 * An event as a line of OCSF: sign-in is Authentication, everything else API Activity. With the profile
 * `record_integrity`, whose fingerprint covers the canonical JSON of the line without the fingerprint.
 * @param authority the origin of the organization's log
 */
export function ocsfLine(event: AuditEvent, authority: string): string {
  const ocsf = toOcsf(event);
  const attestation = { authority_uid: authority, chain_uid: event.organizationId };
  const attested = canonicalJson({ ...ocsf, attestation_list: [attestation] });
  const fingerprint = {
    ...{ algorithm_id: 3, algorithm: 'SHA-256', encoding_id: 1, encoding: 'Hex' },
    ...{ serialization_id: 2, serialization: 'JCS' },
    value: hash('sha256', attested, 'hex'),
  };
  return `${JSON.stringify({ ...ocsf, attestation_list: [{ ...attestation, fingerprint }] })}\n`;
}

function toOcsf(event: AuditEvent) {
  const signIn = SIGN_INS.get(event.action);
  const isFailure = FAILURE.test(event.action);
  return {
    ...(signIn === undefined ? apiActivity(event) : authentication(event, signIn)),
    time: Date.parse(event.at),
    ...(isFailure
      ? { severity_id: 2, severity: 'Low', status_id: 2, status: 'Failure' }
      : { severity_id: 1, severity: 'Informational', status_id: 1, status: 'Success' }),
    message: `${event.action}: ${event.target.type} "${event.target.name}"`,
    metadata: metadataOf(event),
    actor: { user: userOf(event.actor) },
    src_endpoint: event.ip === null ? { name: 'control-plane' } : { ip: event.ip },
    http_request: {
      uid: event.requestId,
      ...(event.userAgent === null ? {} : { user_agent: event.userAgent }),
    },
    unmapped: {
      actor: event.actor,
      target: event.target,
      before: event.before,
      after: event.after,
    },
  };
}

function classified({ uid, name, categoryUid }: OcsfClass, activityId: number, activity: string) {
  return {
    ...{ category_uid: categoryUid, class_uid: uid, class_name: name },
    ...{ activity_id: activityId, activity_name: activity, type_uid: uid * 100 + activityId },
  };
}

function authentication({ action, target }: AuditEvent, activityId: number) {
  return {
    ...classified(AUTHENTICATION, activityId, SIGN_IN_NAMES.get(activityId) ?? action),
    user: { uid: target.id, name: target.name, type_id: 1 },
    service: SERVICE,
    is_remote: true,
  };
}

function apiActivity({ action, target, requestId }: AuditEvent) {
  const [, verb = ''] = action.split('.', 2);
  const activityId = VERBS.get(verb.split('_', 1)[0] ?? '') ?? UPDATE;
  return {
    ...classified(API_ACTIVITY, activityId, API_NAMES[activityId] ?? 'Unknown'),
    api: { operation: action, request: { uid: requestId }, service: SERVICE },
    resources: [{ uid: target.id, name: target.name, type: target.type, role_id: 1 }],
  };
}

function metadataOf({ id, organizationId, sequence, action, at }: AuditEvent) {
  return {
    version: OCSF_VERSION,
    product: PRODUCT,
    profiles: ['record_integrity'],
    ...{ uid: id, original_event_uid: id, event_code: action, sequence },
    ...{ tenant_uid: organizationId, log_name: 'audit', original_time: at },
  };
}

const TYPE_IDS = { user: 1, admin: 2, system: 3 } as const;

function userOf(actor: AuditActor) {
  switch (actor.type) {
    case 'member':
      return { uid: actor.memberId, type_id: TYPE_IDS.user };
    case 'key':
      return { uid: actor.memberId, credential_uid: actor.keyId, type_id: TYPE_IDS.user };
    case 'join_key':
      return { uid: actor.memberId, credential_uid: actor.joinKeyId, type_id: TYPE_IDS.user };
    case 'operator':
      return { name: 'operator', type_id: TYPE_IDS.admin };
    case 'system':
      return { name: actor.job, type_id: TYPE_IDS.system };
  }
}
