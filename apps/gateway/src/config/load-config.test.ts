import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';
import { loadConfig } from './load-config.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollkeeper-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(text: string): Promise<string> {
  const path = join(folder, 'gateway.yaml');
  await writeFile(path, text);
  return path;
}

async function load(text: string | undefined, args: string[] = [], env = {}) {
  const path = join(folder, 'gateway.yaml');
  if (text !== undefined) await writeFile(path, text);
  const named = text === undefined ? [] : ['--config', path];
  if (!text?.includes('controlPlane')) named.push('--control-plane', 'http://keys.example');
  return loadConfig(readCommandLine([...named, ...args], env), env);
}

it('listens on this machine only by default', async () => {
  expect(await load(undefined, ['--upstream', 'http://127.0.0.1:3000'])).toMatchObject({
    listen: { host: '127.0.0.1', port: 7430 },
    admin: { host: '127.0.0.1', port: 7431 },
    stateDir: resolve('gateway-state'),
    workers: 1,
    forwardAuth: false,
    tls: null,
    trustedProxies: [],
    routes: [{ path: '', upstream: new URL('http://127.0.0.1:3000') }],
  });
});

it('lets the command line win over the file, and the file over the defaults', async () => {
  const text = `listen: 0.0.0.0:80
admin: "[::1]:81"
stateDir: state
name: from-file
workers: 2
controlPlane: http://file.example
`;
  expect(await load(text)).toMatchObject({
    listen: { host: '0.0.0.0', port: 80 },
    admin: { host: '::1', port: 81 },
    stateDir: join(folder, 'state'),
    name: 'from-file',
    workers: 2,
    controlPlane: 'http://file.example',
  });
  const args = [
    '--workers',
    '3',
    '--listen',
    '127.0.0.1:1',
    '--state-dir',
    'other',
    '--name',
    'from-argument',
  ];
  expect(await load(text, args)).toMatchObject({
    listen: { host: '127.0.0.1', port: 1 },
    stateDir: resolve('other'),
    name: 'from-argument',
    workers: 3,
  });
});

it('answers other proxies where there is no upstream, by default', async () => {
  expect((await load(undefined)).forwardAuth).toBe(true);
  const both = 'forwardAuth: true\nroutes: [{ path: /, upstream: "http://a" }]';
  expect((await load(both)).forwardAuth).toBe(true);
  const described = `routes:
  - path: /mcp
    mcp: { resourceMetadata: { resource: https://mcp.example.com/mcp } }`;
  expect((await load(described)).forwardAuth).toBe(true);
  await expect(load(`forwardAuth: false\n${described}`)).rejects.toThrow(/needs an upstream/);
});

it('knows the upstreams of a route that has several', async () => {
  const text = `routes:
  - path: /
    upstreams: [{ url: http://a/v1 }, { url: http://b, weight: 3 }]
    balance: least_connections
    healthCheck: { path: /health }`;
  expect((await load(text)).routes).toMatchObject([
    {
      upstream: new URL('http://a/v1'),
      balancing: {
        upstreams: [
          { url: 'http://a/v1', weight: 1 },
          { url: 'http://b/', weight: 3 },
        ],
        method: 'least_connections',
        ejection: { failuresMax: 3, durationMs: 10_000, on5xx: false },
        healthCheck: { path: '/health', intervalMs: 5000, timeoutMs: 2000, status: 200 },
      },
    },
  ]);
  expect((await load('routes: [{path: /, upstream: "http://a"}]')).routes[0]?.balancing).toBeNull();
});

it('tries the longest path first', async () => {
  const text = 'routes: [{path: /}, {path: /v1/admin/}, {path: /v1}]';
  expect((await load(text)).routes.map(({ path }) => path)).toEqual(['/v1/admin', '/v1', '']);
});

describe('refuses what contradicts itself', () => {
  it.each([
    ['forwardAuth: false', [], 'There is nothing to do'],
    [
      'forwardAuth: false\nroutes: [{path: /v1}]',
      [],
      'gateway.yaml:2:10: route "/v1" needs an upstream',
    ],
    [
      'routes: [{path: /v1}, {path: /V1/}]',
      [],
      'gateway.yaml:1:24: route "/V1/": "path" is the same as in line 1, case aside',
    ],
    ['routes: [{path: /}]', ['--upstream', 'http://a'], 'exclude each other'],
    [
      'accessLog: {file: none/access.log}',
      [],
      'gateway.yaml:1:13: "accessLog.file" cannot be opened for writing at',
    ],
    ['tls: {cert: a.pem, key: b.pem}', [], 'a.pem": it does not exist'],
    ['tls: {cert: gateway.yaml, key: gateway.yaml}', [], 'cannot be used together'],
  ])('%j', async (text, args, fault) => {
    await expect(load(text, args)).rejects.toThrow(fault);
  });
});

it('lists all contradictions at once, with what cannot be used on this machine', async () => {
  const text = `listen: 127.0.0.1:7431
routes: [{ path: /api, upstream: "http://a" }, { path: /API/, upstream: "http://a" }, { path: /b }]
tls: { cert: a.pem, key: b.pem }
accessLog: { file: none/access.log }
`;
  await expect(
    loadConfig(readCommandLine(['--config', await written(text)], {}), {}),
  ).rejects.toThrow(
    new RegExp(
      [
        '"listen" and "admin" are both 127.0.0.1:7431',
        'gateway.yaml:2:50: route "/API/": "path" is the same as in line 2',
        'gateway.yaml:2:87: route "/b" needs an upstream',
        'The address of the control plane is needed',
        'gateway.yaml:3:8: "tls.cert" cannot be read from ".*a.pem": it does not exist',
        'gateway.yaml:3:21: "tls.key" cannot be read from ".*b.pem": it does not exist',
        'gateway.yaml:4:14: "accessLog.file" cannot be .*: the folder ".*none" does not exist',
      ].join('.*\n.*'),
    ),
  );
});

it('takes no route that inspects bodies that nobody sends, or larger ones than fit', async () => {
  const routes = [
    '{path: /a, inspect: mcp}',
    '{path: /b, upstream: "http://b", inspect: openai, inspectBytesMax: 5000}',
    '{path: /c, upstream: "http://b", inspectBytesMax: 5000}',
  ];
  const text = `limits: {inspectedBytesMax: 4096}\nforwardAuth: true\nroutes: [${routes.join(', ')}]`;
  await expect(load(text)).rejects.toThrow(
    /3:21: route "\/a": "inspect" needs an upstream.*\n.*route "\/b": "inspectBytesMax" is above/,
  );
  const open = 'routes: [{path: /, upstream: "http://b", access: open, inspect: mcp}]';
  await expect(load(open)).rejects.toThrow('"inspect" means nothing where access is open');
});

describe('the command line', () => {
  it('names every option at fault', () => {
    const args = ['--listen', 'x', '--control-plane', 'ftp://a', '--upstream', 'nothing'];
    expect(() => readCommandLine(args, {})).toThrow(
      /--control-plane .*\n.*--upstream .*\n.*--listen/,
    );
    expect(() => readCommandLine(['--lisen', 'x'], {})).toThrow(/--lisen/);
  });

  it('takes the address of Redis from a variable or a file, and never shows its password', async () => {
    const path = join(folder, 'redis-url');
    await writeFile(path, 'rediss://:pw-4711@redis:6380\n');
    const redisUrlOf = (env: Record<string, string>) => readCommandLine([], env).redisUrl?.href;
    expect(redisUrlOf({})).toBeUndefined();
    expect(redisUrlOf({ REDIS_URL: 'redis://a' })).toBe('redis://a');
    expect(redisUrlOf({ REDIS_URL_FILE: path })).toBe('rediss://:pw-4711@redis:6380');
    for (const env of [{ REDIS_URL: 'http://:pw-4711@a' }, { REDIS_URL_FILE: `${path}-none` }]) {
      expect(() => redisUrlOf(env)).toThrow(/^(?![\s\S]*pw-4711)[\s\S]*REDIS_URL must be/);
    }
  });

  it('takes the join key from the environment, where no list of processes shows it', () => {
    expect(readCommandLine([], { TOLLKEEPER_JOIN_KEY: 'a' }).joinKey).toBe('a');
    expect(() => readCommandLine(['--join-key', 'a'], {})).toThrow(/--join-key/);
    expect(readCommandLine([], { TOLLKEEPER_JOIN_KEY: '' }).joinKey).toBe('');
  });

  it('takes the join key from a file, and knows one that every user can read', async () => {
    const path = join(folder, 'join-key');
    await writeFile(path, 'tk_join_abc\n');
    const joinKeyOf = (args: string[], env = {}) => readCommandLine(args, env).joinKey;
    expect(joinKeyOf(['--join-key-file', path], { TOLLKEEPER_JOIN_KEY: 'a' })).toBe('tk_join_abc');
    expect(joinKeyOf([], { TOLLKEEPER_JOIN_KEY_FILE: path })).toBe('tk_join_abc');
    await writeFile(path, '\n');
    expect(() => joinKeyOf(['--join-key-file', path])).toThrow(/holds no join key/);
    expect(() => joinKeyOf(['--join-key-file', join(folder, 'none')])).toThrow(/cannot be read/);
  });
});

it.each(['0', '65', '1.5', 'two', '-1'])('takes no %s workers', async (count) => {
  await expect(load(undefined, [`--workers=${count}`])).rejects.toThrow(
    '--workers must be a number from 1 to 64',
  );
  await expect(load(`workers: ${count}`)).rejects.toThrow('gateway.yaml:1:1: "workers"');
});

it('begins the path of the access log where the file is, and takes "-" for standard output', async () => {
  const fileOf = async (text: string) => (await load(text)).accessLog;
  expect(await load('forwardAuth: true')).toMatchObject({ accessLog: null });
  expect(await fileOf('accessLog: {file: access.log}')).toEqual({
    ...{ file: join(folder, 'access.log'), sample: 1 },
  });
  expect(await fileOf('accessLog: {file: "-", sample: 0.1}')).toEqual({ file: '-', sample: 0.1 });
  await expect(fileOf('accessLog: {file: "-", sample: 0}')).rejects.toThrow('"accessLog.sample"');
});
