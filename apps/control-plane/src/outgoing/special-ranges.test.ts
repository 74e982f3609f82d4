import { describe, expect, it } from 'vitest';
import { NOTHING_ALLOWED, parseAllowance } from './allowance.ts';
import { findUrlProblem } from './check-url.ts';
import { resolveTarget } from './resolve-target.ts';
import { isPublicAddress } from './special-ranges.ts';

/** The first and the last address of each range to which nothing is sent. */
const SPECIAL = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
  ...['127.0.0.1', '127.255.255.255', '168.63.129.16', '169.254.0.0', '169.254.169.254'],
  ...['172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.192', '192.0.2.1', '192.31.196.1'],
  ...['192.52.193.1', '192.88.99.1', '192.168.0.0', '192.168.255.255', '192.175.48.1'],
  ...['198.18.0.0', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255'],
  // Unspecified, loopback, IPv4-mapped, IPv4-compatible, NAT64, discard.
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:169.254.169.254', '::127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1'],
  // Protocol assignments, Teredo, documentation, 6to4, AS112.
  ...['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:1ff:ffff::1', '2001:db8::1'],
  ...['2002::1', '2002:7f00:1::1', '2002:a00:1::1', '2620:4f:8000::1', '3fff::1'],
  // Segment routing, unique local, metadata, link-local, site-local, multicast, and no addresses.
  ...['5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', 'example.com', ''],
];

const PUBLIC = [
  ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.0', '168.63.129.15', '169.253.255.255', '169.255.0.0', '172.15.255.255'],
  ...['172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ...['223.255.255.255', '::ffff:8.8.8.8', '2000::1', '2001:200::1', '2001:4860:4860::8888'],
  ...['2003::1', '2a00:1450::1', '3ffe:ffff::1'],
];

it.each(SPECIAL)('sends nothing to %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(PUBLIC)('sends to %s', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

describe('a URL', () => {
  const problem = (url: string, allowed = NOTHING_ALLOWED) => findUrlProblem(url, allowed);

  it.each([
    ...['https://127.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0x7f.1/'],
    ...['https://0177.0.0.1/', 'https://127.0.0.1./', 'https://%31%32%37.0.0.1/', 'https://0/'],
    ...[
      'https://①②⑦.0.0.1/',
      'https://127。0。0。1/',
      'https://[::1]/',
      'https://[::ffff:7f00:1]/',
    ],
    ...['https://[::127.0.0.1]/', 'https://[64:ff9b::a00:1]/', 'https://169.254.169.254/latest'],
    ...[
      'https://localhost/',
      'https://LOCALHOST./',
      'https://api.localhost/',
      'http://example.com/',
    ],
    ...['https://user@example.com/', 'https://:secret@example.com/', 'ftp://example.com/', 'x'],
  ])('cannot be %s', (url) => {
    expect(problem(url)).toBeTypeOf('string');
  });

  it.each(['https://example.com/hooks?a=b', 'https://example.com:8443/', 'https://8.8.8.8/'])(
    'can be %s',
    (url) => {
      expect(problem(url)).toBeUndefined();
    },
  );

  it('can be what the operator allows, and nothing beside it', () => {
    const allowed = parseAllowance('Hooks.Internal, 10.1.0.0/16,fd00::/8, 127.0.0.1');
    for (const host of ['hooks.internal', '10.1.2.3', '127.0.0.1', '[fd00::1]', '0x0a010203']) {
      expect(problem(`http://${host}:8080/`, allowed), host).toBeUndefined();
    }
    for (const host of ['10.2.0.0', '127.0.0.2', '[fe80::1]', 'localhost']) {
      expect(problem(`https://${host}/`, allowed), host).toBeTypeOf('string');
    }
  });

  it.each(['', 'a,,b', 'https://example.com', '10.1', '0x7f000001', '10.0.0.0/33', 'a b', '*'])(
    'an allowance is not %j',
    (text) => {
      expect(() => parseAllowance(text)).toThrow(/must be host names/);
    },
  );
});

describe('a name', () => {
  const target = (addresses: readonly string[], allowance = NOTHING_ALLOWED) => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      // Another answer to one who asks again (rebinding).
      return asked === 1 ? addresses : ['127.0.0.1'];
    };
    return resolveTarget(
      { allowance, resolve, refusalMs: 0 },
      new URL('https://hooks.example.com/'),
    );
  };

  it('stands for its first address, and is resolved once', async () => {
    expect(await target(['8.8.8.8', '2001:4860:4860::8888'])).toBe('8.8.8.8');
  });

  it.each([[['10.0.0.1']], [['8.8.8.8', '127.0.0.1']], [['8.8.8.8', '::ffff:10.0.0.1']], [[]]])(
    'with the addresses %j is sent nothing',
    async (addresses) => {
      await expect(target(addresses)).rejects.toThrow(/address/);
    },
  );

  it('with a private address is sent what the operator allows', async () => {
    expect(await target(['10.0.0.1'], parseAllowance('10.0.0.0/8'))).toBe('10.0.0.1');
    expect(await target(['10.0.0.1'], parseAllowance('hooks.example.com'))).toBe('10.0.0.1');
    await expect(target(['10.0.0.1'], parseAllowance('10.1.0.0/16'))).rejects.toThrow();
  });

  it('is refused in the same words and as late, whether it is private or does not exist', async () => {
    const missing = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    for (const resolve of [missing, async () => [], async () => ['10.0.0.1']]) {
      const guard = { allowance: NOTHING_ALLOWED, resolve, refusalMs: 30 };
      const begunAt = performance.now();
      await expect(resolveTarget(guard, new URL('https://a.example/'))).rejects.toThrow(
        'The name "a.example" has no address to which anything is sent.',
      );
      expect(performance.now() - begunAt).toBeGreaterThan(28);
    }
  });

  it('that the operator named says why it has no address', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const guard = { allowance: parseAllowance('a.example'), resolve, refusalMs: 0 };
    await expect(resolveTarget(guard, new URL('https://a.example/'))).rejects.toThrow(
      'The name "a.example" cannot be resolved (ENOTFOUND).',
    );
  });
});
