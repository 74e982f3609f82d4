import { isApiScope, KEY_STATUSES, POLICY_MODES, PROFILES, SCOPES } from '@tollkeeper/contract';
import fc from 'fast-check';
import type { Entry, KeyEntry } from '../codec/entry.ts';

const ANY = { principal: { op: 'All' }, action: { op: 'All' }, resource: { op: 'All' } };

/** For tests: entries of any kind, about few things, so that they meet. */

export const ORGANIZATION_ID = 'org_7dQx0mJ2vK4tR9sZ1aBc';

export function idOf(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(20, '0')}`;
}

const KEYS = 6;
const memberId = fc.nat(2).map((n) => idOf('mem', n));
const keyId = fc.nat(KEYS - 1).map((n) => idOf('key', n));
/** Any code point. The unit of this kind that fast-check has lists them all first, for a second. */
const character = fc.integer({ min: 0, max: 0x10ffff }).map(
  (point) => String.fromCodePoint(point),
  (text) => (typeof text === 'string' && [...text].length === 1 ? (text.codePointAt(0) ?? -1) : -1),
);
/** Names of all lengths in bytes, none of them with what a name must not have. */
const name = fc.string({ unit: character, minLength: 1, maxLength: 64 }).map((text) =>
  text
    .toWellFormed()
    .replace(/\p{Cc}/gu, '-')
    .slice(0, 64)
    .toWellFormed(),
);
const moment = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  fc.nat(9),
  fc.integer({ min: 0, max: 8.64e15 }),
);
/** API scopes too, as organizations name them. */
const scopes = fc.subarray([...SCOPES, ...['invoices.read', 'ledger.post_all'].filter(isApiScope)]);
const allowedIps = fc.oneof(
  fc.constant([]),
  fc.subarray(['10.0.0.0/8', '10.1.2.3', '2001:db8::/32', '::/0', 'адрес', '']),
);
const tags = fc.subarray(['ci', 'team:payments', 'größe', '']);
const roleId = fc.constantFrom('role_developer', idOf('role', 1));
const policyId = fc.nat(2).map((n) => idOf('pol', n));
/** Statements in Cedar's JSON form, with what any key, some, and some calls meet. */
export const STATEMENTS = [
  { effect: 'permit', ...ANY, conditions: [] },
  { effect: 'forbid', ...ANY, action: named('Action', 'GET'), conditions: [] },
  { effect: 'permit', ...ANY, principal: named('ApiKey', idOf('key', 1)), conditions: [] },
  { effect: 'forbid', ...ANY, conditions: [{ kind: 'when', body: hasTag('ci') }] },
];
const statements = fc.subarray(STATEMENTS);
const status = fc.constantFrom('active' as const, ...KEY_STATUSES);

/** A few secrets, so that some belong to one key now and to another later. */
export const SECRETS = Array.from({ length: 2 * KEYS }, (_, i) => new Uint8Array(32).fill(i + 1));

export const keyEntry = fc.record<KeyEntry>({
  type: fc.constant('key'),
  keyId,
  name,
  workspaceId: fc.option(fc.nat(1).map((n) => idOf('ws', n))),
  ownerId: memberId,
  status,
  expiresAtMs: moment,
  scopes,
  allowedIps,
  tags,
  profile: fc.constantFrom(...PROFILES),
  createdAtMs: fc.integer({ min: 0, max: 8.64e15 }),
  secrets: fc.array(fc.record({ hash: fc.constantFrom(...SECRETS), retiresAtMs: moment }), {
    maxLength: 3,
  }),
});

export const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 4, arbitrary: keyEntry },
  fc.record({
    type: fc.constant('owner' as const),
    memberId,
    active: fc.boolean(),
    scopes,
    allApiScopes: fc.boolean(),
    roleId,
  }),
  fc.record({
    type: fc.constant('organization' as const),
    organizationId: fc.constant(ORGANIZATION_ID),
    allowedIps,
  }),
  fc.record({ type: fc.constant('owner-removed' as const), memberId }),
  fc.record({ type: fc.constant('key-removed' as const), keyId }),
  fc.record({
    type: fc.constant('policy' as const),
    policyId,
    mode: fc.constantFrom(...POLICY_MODES),
    statements,
  }),
  fc.record({ type: fc.constant('policy-removed' as const), policyId }),
);

/** What a gateway of version 3 is sent of the entry, as it is read back; undefined for nothing. */
export function inFormat1(each: Entry): Entry | undefined {
  switch (each.type) {
    case 'policy':
    case 'policy-removed':
      return undefined;
    case 'owner':
      return { ...each, roleId: '' };
    case 'key':
      return { ...each, tags: [], profile: 'custom', createdAtMs: 0 };
    default:
      return each;
  }
}

function named(type: string, id: string) {
  return { op: '==', entity: { type, id } };
}

function hasTag(tag: string) {
  const tags = { '.': { left: { Var: 'principal' }, attr: 'tags' } };
  return { contains: { left: tags, right: { Value: tag } } };
}
