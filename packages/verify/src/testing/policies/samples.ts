import type { TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Random } from './random.ts';

/** For tests: the types of values, and a small stock of each, so that random ones are often equal. */
export const TYPES = [
  ...(['bool', 'long', 'string', 'entity', 'set', 'record'] as const),
  ...(['ip', 'decimal', 'datetime', 'duration'] as const),
];
export type Type = (typeof TYPES)[number];

/** An entity is only in later ones, so that none is in itself. */
export const ENTITIES: readonly TypeAndId[] = [
  { type: 'ApiKey', id: 'key_1' },
  { type: 'ApiKey', id: 'key_2' },
  { type: 'Member', id: 'mem_1' },
  { type: 'Member', id: 'a "quoted" \\ id' },
  { type: 'Role', id: 'admin' },
  { type: 'Role', id: 'viewer' },
  { type: 'Toll::Route', id: '/v1' },
  { type: 'Toll::Route', id: '' },
  { type: 'Action', id: 'GET' },
  { type: 'Action', id: 'POST' },
  { type: 'Action', id: 'read' },
  { type: 'Action', id: 'write' },
];
export const ENTITY_TYPES = ['ApiKey', 'Member', 'Role', 'Toll::Route', 'Action'];

/** The attributes that entities and the context may have, and the fields of records. */
export const ATTRIBUTES: Readonly<Record<Type, readonly string[]>> = {
  bool: ['active', 'on'],
  long: ['count', '__proto__'],
  string: ['name', 'a name'],
  entity: ['owner'],
  set: ['scopes', 'groups'],
  record: ['inner', 'headers'],
  ip: ['ip'],
  decimal: ['price'],
  datetime: ['time'],
  duration: ['age'],
};

const SAFE = Number.MAX_SAFE_INTEGER;
export const LONGS = [
  ...[0, 1, 2, 3, -1, -2, 10, 1000, 1023, 1024, 1025, 86_400_000, SAFE, -SAFE],
  // Squared next to 2^53 and to 2^63.
  ...[94_906_265, 94_906_267, -94_906_267, 3_037_000_499, 3_037_000_500, -3_037_000_500],
];

export const STRINGS = [
  ...['', 'a', 'ab', 'aab', 'abab', 'b', '*', 'a*b', 'é', '😀', 'a😀b', '"\\\n', 'name', 'x'],
  ...['10.1.2.3', '1.5', '2026-01-31', '1d2h'],
];

export const IPS = [
  ...[
    '10.1.2.3',
    '10.1.2.3/32',
    '10.0.0.0/8',
    '10.1.2.3/8',
    '0.0.0.0/0',
    '127.0.0.1',
    '127.0.0.0/7',
  ],
  ...['127.5.5.5/8', '224.0.0.1', '224.0.0.0/3', '255.255.255.255', '::1', '::1/127', '::', '::/0'],
  ...['2001:db8::1', '2001:DB8::/32', '2001:db8:0:0:0:0:0:1/33', 'ff02::1', 'ff00::/7', 'ff00::/8'],
  ...[
    '::ffff:a01:203',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
];

export const DECIMALS = [
  ...['0.0', '1.0', '1.5', '-1.5', '1.50', '1.4999', '-0.0001', '0.0001', '123.4567', '00.5'],
  ...['922337203685477.5807', '-922337203685477.5808'],
];

export const DATETIMES = [
  ...['1970-01-01', '2026-01-31', '2026-01-31T12:30:45Z', '2026-01-31T12:30:45.678Z'],
  ...['2026-01-31T12:30:45+0130', '2026-01-31T23:59:59.999-2359', '1969-12-31T23:59:59Z'],
  ...['0000-01-01', '0099-03-01', '9999-12-31T23:59:59.999Z', '2024-02-29', '2000-02-29'],
];

export const DURATIONS = [
  ...[
    '0ms',
    '1ms',
    '1d',
    '-1d',
    '1d2h3m4s5ms',
    '90m',
    '-90m',
    '-1d2h3m4s5ms',
    '-1ms',
    '36h',
    '86400s',
    '5s',
    '1h1ms',
  ],
  ...['9223372036854775807ms', '-9223372036854775808ms', '106751991167d', '9223372036854775s'],
];

/** What the constructors of these types refuse. */
const MALFORMED: Readonly<Record<'ip' | 'decimal' | 'datetime' | 'duration', readonly string[]>> = {
  ip: [
    ...[
      '',
      '10.1.2',
      '10.1.2.03',
      '10.1.2.256',
      '10.1.2.3/33',
      '10.1.2.3/08',
      '::1/129',
      '1::2::3',
    ],
    ...[
      '::ffff:10.1.2.3',
      '10.1.2.3/',
      '/8',
      'fe80::1%eth0',
      ':::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8::',
    ],
  ],
  decimal: [
    ...['', '1', '1.', '.5', '1.23456', '+1.0', '1e3', '1.0 ', '--1.0', '922337203685477.5808'],
    ...['-922337203685477.5809', '9223372036854775807.0', '１.0'],
  ],
  datetime: [
    ...['', '2026-02-29', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-1', '1900-02-29'],
    ...['2026-01-31T24:00:00Z', '2026-01-31T23:60:00Z', '2026-01-31T23:59:60Z', '2026-01-31Z'],
    ...['2026-01-31T12:30:45', '2026-01-31T12:30:45.67Z', '2026-01-31T12:30:45+2400'],
    ...['2026-01-31T12:30:45+0060', '2026-01-31 12:30:45Z', '2026-01-31t12:30:45z'],
  ],
  duration: [
    ...['', '-', '1', 'd', '1h1d', '1d1d', '1.5h', ' 1d', '+1d', '1D', '9223372036854775808ms'],
    ...['-9223372036854775809ms', '106751991168d', '99999999999999999999d', '1ms1s'],
  ],
};

const WELL_FORMED = { ip: IPS, decimal: DECIMALS, datetime: DATETIMES, duration: DURATIONS };
const CHARACTERS = [...'0123456789.:-/+TZdhms fé'];

/** A text for the constructor of the type: mostly well formed, sometimes with one character changed. */
export function constructorText(random: Random, type: keyof typeof WELL_FORMED): string {
  if (random.chance(0.2)) return random.pick(MALFORMED[type]);
  const text = random.pick(WELL_FORMED[type]);
  if (!random.chance(0.08)) return text;
  const at = random.below(text.length + 1);
  const replaced = random.below(2);
  const inserted = random.chance(0.8) ? random.pick(CHARACTERS) : '';
  return text.slice(0, at) + inserted + text.slice(at + replaced);
}
