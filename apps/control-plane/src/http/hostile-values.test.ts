import { randomUUID } from 'node:crypto';
import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../testing/client.ts';
import { joinFleet } from '../testing/fleet.ts';
import { makeKey } from '../testing/keys.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';
import { choosePlan, claimedOrganization } from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e',
  '%',
  "' or 1=1; --",
  '{{7*7}}',
  '../../etc/passwd',
  '<img src=x onerror=alert(1)>',
  '=cmd()',
  '9'.repeat(400),
  'x'.repeat(5000),
  '0000-01-01T00:00:00.000Z',
  '9999-12-31T23:59:60Z',
  'infinity',
  '-infinity',
  [],
  ['x', ['y']],
  {},
  { $gt: '' },
  { toString: 1, length: -1 },
  JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
];

/** Each place takes every twelfth of them, from another first one than the place before. */
const STEP = process.env.LONG ? 1 : 12;

/** Their success ends what the others are tested on; each has tests of its own. */
const ENDS_THE_WORLD: readonly string[] = ['deleteOrganization', 'transferOrganization'];

/** What says who may do what: no body may, but where the contract names the field (CVE-2025-61928). */
const AUTHORITY = [
  ...['isAdmin', 'owner', 'ownerId', 'memberId', 'createdBy', 'organizationId', 'plan'],
  ...['scopes', 'status', 'role', 'roleId', 'workspaceId', 'hash', 'id', 'constructor'],
];

type Attack = readonly [path: string, body?: unknown];

let app: TestApp;
let owner: Client;
/** An id of each kind, by its prefix. */
let known: Record<string, string>;
/** The path of the last route that may have ended some of them. */
let used: string | undefined;
/** How many places took their values so far. */
let place = 0;
/** The tables as a test that changed nothing left them. */
let seen: Awaited<ReturnType<typeof readTables>> | undefined;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  const { workspaceId, memberId, organizationId } = await claimedOrganization(app);
  known = { ws: workspaceId, mem: memberId, org: organizationId };
  await makeAnew();
});

/** Creates one of a kind, by what its paths are about; a gateway and its join key come together. */
const CREATORS: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  'api-keys': async () => ({ key: (await makeKey(app, owner)).id }),
  gateways: joinAnew,
  'join-keys': joinAnew,
  policies: () =>
    create('pol', '/v1/policies', {
      ...{ workspaceId: known.ws, name: `Policy ${randomUUID()}` },
      text: 'permit (principal, action, resource);',
    }),
  'webhook-endpoints': () =>
    create('whe', '/v1/webhook-endpoints', {
      ...{ name: 'Hooks', url: 'https://hooks.example/', eventTypes: ['*'] },
    }),
  'log-streams': () => create('lst', '/v1/log-streams', LOG_STREAM),
  reports: () => create('rep', '/v1/compliance/reports', { kind: 'keys_without_expiry' }),
  campaigns: () =>
    create('rvc', '/v1/compliance/campaigns', {
      ...{ name: 'Review', endsAt: new Date(Date.now() + 86_400_000).toISOString() },
    }),
};

async function joinAnew() {
  const { joinKey, gateway } = await joinFleet(app, owner, known.ws ?? '');
  return { jk: joinKey.id, gw: gateway.gatewayId };
}

async function create(prefix: string, path: string, body: object) {
  return { [prefix]: (await owner.post<{ id: string }>(path, body)).body.id };
}

/** What the last route may have ended: what its path is about, or anything. */
async function makeAnew(path = ''): Promise<void> {
  const creator = CREATORS[thingOf(path)];
  for (const each of creator ? [creator] : new Set(Object.values(CREATORS))) {
    Object.assign(known, await each());
  }
}

/** An export is an event of the audit log. */
const EXPORTS: readonly RouteName[] = ['exportAuditEvents', 'exportComplianceReport'];
const changes = (name: RouteName, { method }: Route) => method !== 'GET' || EXPORTS.includes(name);

/** Bytes have no fields; who signs them is checked where they are received. */
const entries = (Object.entries<Route>(routes) as [RouteName, Route][]).filter(
  ([, { rawBody }]) => !rawBody,
);
const list = entries.filter(([name]) => !ENDS_THE_WORLD.includes(name));

describe('every route of the contract', () => {
  it.each(list)(
    'takes hostile values for a refusal, never for a fault: %s',
    async (name, route) => {
      if (used) await makeAnew(used);
      used = changes(name, route) ? route.path : undefined;
      const all = attacks(route);
      let before = await readTables(app);
      const refused = await sendAll(route, all);
      // What changes nothing in any case need not be sent again without those that were accepted.
      if (refused.length < all.length && changes(name, route)) {
        before = await readTables(app);
        await sendAll(route, refused);
      }
      expect(await readTables(app)).toEqual(before);
    },
  );

  it.each(entries)(
    'refuses a field that it does not know, and changes nothing: %s',
    async (_name, route) => {
      const path = withAnyId(route);
      if (route.method === 'GET') {
        expect((await send(route, `${path}?isAdmin=1`)).status).toBe(422);
        return;
      }
      const own = route.body ? fieldsOf(route.body) : [];
      const before = seen ?? (await readTables(app));
      seen = undefined;
      const unknown = AUTHORITY.filter((each) => !own.includes(each));
      const body = Object.fromEntries(unknown.map((field) => [field, 'x']));
      const { status, problem } = await send(route, path, body);
      expect(status).toBe(422);
      const message = 'is not a field of this request';
      const faults = unknown.map((field) => ({ path: field, message }));
      expect(problem.errors).toEqual(expect.arrayContaining(faults));
      const after = await readTables(app);
      expect(after).toEqual(before);
      seen = after;
    },
  );
});

/** Sends each, and gives back those that were refused. */
async function sendAll(route: Route, all: readonly Attack[]): Promise<Attack[]> {
  const refused: Attack[] = [];
  for (const [path, body] of all) {
    const { status, headers } = await send(route, path, body);
    const request = `${route.method} ${path.slice(0, 90)} ${JSON.stringify(body)?.slice(0, 90)}`;
    expect(status, request).toBeLessThan(500);
    if (status < 400) continue;
    expect(headers.get('content-type'), request).toContain('application/problem+json');
    refused.push([path, body]);
  }
  return refused;
}

/** Each parameter, query field and body field in turn is each hostile value. */
function attacks(route: Route): Attack[] {
  const good = withIds(route);
  const list: Attack[] = [];
  const values = () => {
    place += 1;
    return VALUES.filter((_, at) => at % STEP === place % STEP);
  };
  const texts = () => values().map((value) => encodeURIComponent(asText(value)));
  if (route.path.includes('{')) {
    for (const text of [...texts(), ...Object.values(known)]) {
      list.push([route.path.replace(/\{\w+\}/g, text)]);
    }
  }
  for (const field of Object.keys(route.query?.shape ?? {})) {
    for (const text of texts()) list.push([`${good}?${field}=${text}`]);
  }
  if (!route.body) return list;
  for (const value of values()) list.push([good, value]);
  for (const field of fieldsOf(route.body)) {
    for (const value of values()) list.push([good, { ...GOOD[field], [field]: value }]);
  }
  return list;
}

/** Of the kind that the path is about; of any other, a path of keys. */
function withIds({ path }: Route): string {
  const kinds: Record<string, string> = { gateways: 'gw', 'join-keys': 'jk', policies: 'pol' };
  return path.replace(/\{\w+\}/g, known[kinds[thingOf(path)] ?? 'key'] ?? '');
}

/** An id of the right form, of nothing: the body is looked at first. */
function withAnyId({ path }: Route): string {
  const kinds: Record<string, string> = {
    ...{ members: 'mem', invitations: 'inv', roles: 'role', workspaces: 'ws' },
    ...{ gateways: 'gw', 'join-keys': 'jk', policies: 'pol', 'audit-events': 'evt' },
    leaks: 'leak',
    'webhook-endpoints': 'whe',
    reports: 'rep',
    campaigns: 'rvc',
    'log-streams': 'lst',
    'chat-destinations': 'chd',
  };
  const prefix = kinds[thingOf(path)] ?? 'key';
  return path
    .replace('{name}', 'invoices.read')
    .replace('{path}', '0/000.p/1')
    .replace(/\{\w+\}/g, `${prefix}_7dQx0mJ2vK4tR9sZ1aBc`);
}

/** What must stand beside a field for it to be looked at. */
const GOOD: Readonly<Record<string, object>> = {
  expiresAt: { name: 'n', profile: 'read-only' },
  allowedIps: { name: 'n', profile: 'read-only' },
  workspaceId: { name: 'n', profile: 'read-only' },
  scopes: { name: 'n', profile: 'custom' },
};

function fieldsOf(body: NonNullable<Route['body']>): string[] {
  return 'shape' in body ? Object.keys(body.shape as object) : [];
}

function asText(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
}

function send({ method }: Route, path: string, body?: unknown): Promise<Answer> {
  if (body === undefined) return owner.raw(method, path, undefined);
  return owner.raw(method, path, JSON.stringify(body), { 'content-type': 'application/json' });
}
