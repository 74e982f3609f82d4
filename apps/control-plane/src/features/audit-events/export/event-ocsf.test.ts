/** Against the attributes that the schema of OCSF 1.9.0 requires, as its text names them. */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { expect, it } from 'vitest';
import { ocsfLine } from './event-ocsf.ts';

/** `base_event`: attributes with the requirement `required`. */
const REQUIRED = [
  ...['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'],
];
/** Attributes that are required in objects. */
const OF_OBJECTS = {
  metadata: ['product', 'version'],
  api: ['operation'],
  'api.request': ['uid'],
  'attestation_list.0.fingerprint': ['algorithm_id', 'value'],
} as const;
/** Constraints `at_least_one`. */
const ONE_OF = {
  actor: ['process', 'user', 'iam_role', 'invoked_by', 'session', 'app_name', 'app_uid'],
  'actor.user': ['account', 'name', 'uid'],
  src_endpoint: ['ip', 'uid', 'name', 'hostname', 'svc_name', 'instance_uid', 'domain'],
  'attestation_list.0': ['fingerprint', 'signatures'],
} as const;
const CLASSES = {
  6003: { category: 6, required: ['actor', 'api', 'src_endpoint'], oneOf: [] },
  3002: { category: 3, required: ['user'], oneOf: ['service', 'dst_endpoint'] },
} as const;
const ACTIVITIES = { 6003: [0, 1, 2, 3, 4, 99], 3002: [0, 1, 2, 3, 4, 5, 6, 7, 99] } as const;

const EVENT: AuditEvent = {
  ...{ id: 'evt_1', organizationId: 'org_1', sequence: 7, at: '2026-11-29T22:11:00.123Z' },
  actor: { type: 'key', memberId: 'mem_1', keyId: 'key_1' },
  action: 'api_key.revoke',
  target: { type: 'api_key', id: 'key_2', name: 'ci' },
  ...{ before: { status: 'active' }, after: { status: 'revoked' } },
  ...{ ip: '203.0.113.9', userAgent: 'curl/8', requestId: 'req_1' },
};

const MEMBER = { type: 'member', id: 'mem_1', name: 'Olivia' } as const;

it.each<[string, number, number, number, Partial<AuditEvent>]>([
  ['api_key.create', 6003, 1, 1, {}],
  ['audit_log.export', 6003, 2, 1, {}],
  ['api_key.revoke', 6003, 3, 1, {}],
  ['role.delete', 6003, 4, 1, { actor: { type: 'operator' }, ip: null, userAgent: null }],
  ['api_key.disable', 6003, 3, 1, { actor: { type: 'system', job: 'disable-unused-keys' } }],
  [
    'gateway.join',
    6003,
    1,
    1,
    { actor: { type: 'join_key', memberId: 'mem_1', joinKeyId: 'jk_1' } },
  ],
  ['session.change_password', 6003, 3, 1, { target: MEMBER }],
  ['session.sign_in', 3002, 1, 1, { target: MEMBER, actor: { type: 'member', memberId: 'mem_1' } }],
  [
    'session.sign_in_failed',
    3002,
    1,
    2,
    { target: MEMBER, actor: { type: 'system', job: 'sign-in' } },
  ],
  ['session.sign_out', 3002, 2, 1, { target: MEMBER }],
  ['session.verify_two_factor', 3002, 99, 1, { target: MEMBER }],
])('maps %s to class %i, activity %i', (action, classUid, activityId, statusId, fields) => {
  const event = { ...EVENT, action, ...fields };
  const ocsf = JSON.parse(ocsfLine(event, 'keys.example.com/org_1'));
  const { category, required, oneOf } = CLASSES[classUid as keyof typeof CLASSES];
  expect(ocsf).toMatchObject({
    ...{ class_uid: classUid, activity_id: activityId, status_id: statusId },
    ...{ category_uid: category, type_uid: classUid * 100 + activityId },
    time: Date.UTC(2026, 10, 29, 22, 11, 0, 123),
    metadata: { version: '1.9.0', sequence: 7, uid: 'evt_1', profiles: ['record_integrity'] },
  });
  expect(ACTIVITIES[classUid as keyof typeof ACTIVITIES]).toContain(activityId);
  expect(ocsf).toMatchObject(present([...REQUIRED, ...required]));
  for (const [path, names] of Object.entries(OF_OBJECTS)) {
    const object = at(ocsf, path);
    if (object !== undefined) expect(object, path).toMatchObject(present(names));
  }
  for (const [path, names] of Object.entries({
    ...ONE_OF,
    ...(oneOf.length ? { '': oneOf } : {}),
  })) {
    expect(
      names.filter((name) => name in Object(at(ocsf, path))),
      path,
    ).not.toEqual([]);
  }
});

it('keeps what the schema has no place for', () => {
  const { before, after, actor, target } = EVENT;
  expect(JSON.parse(ocsfLine(EVENT, ''))).toMatchObject({
    unmapped: { before, after, actor, target },
  });
});

it.each<Partial<AuditEvent>>([
  {},
  { action: 'session.sign_in_failed', target: MEMBER, actor: { type: 'operator' } },
  { action: 'api_key.disable', actor: { type: 'system', job: 'a "job"' }, ip: null },
  { action: 'gateway.join', userAgent: null, target: { ...EVENT.target, name: 'Zoë \n "quoted"' } },
  {
    actor: { type: 'join_key', memberId: 'mem_1', joinKeyId: 'jk_1' },
    before: null,
    after: { z: 1, a: 2 },
  },
])('carries a fingerprint of all of it but the fingerprint: %j', (fields) => {
  const line = ocsfLine({ ...EVENT, ...fields }, 'keys.example.com/org_1');
  const { attestation_list, ...ocsf } = JSON.parse(line);
  const [{ fingerprint, ...attestation }] = attestation_list;
  expect(attestation).toEqual({ authority_uid: 'keys.example.com/org_1', chain_uid: 'org_1' });
  const covered = canonicalJson({ ...ocsf, attestation_list: [attestation] });
  expect(fingerprint).toMatchObject({
    ...{ algorithm_id: 3, encoding_id: 1, serialization_id: 2 },
    value: createHash('sha256').update(covered).digest('hex'),
  });
});

function present(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, expect.anything()]));
}

function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path.split('.').reduce((each, name) => Object(each)[name], value);
}
