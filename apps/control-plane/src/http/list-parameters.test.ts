import { randomBytes, randomInt } from 'node:crypto';
import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey } from '../testing/keys.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';
import { encodeCursor } from './page.ts';

/** Times that a calendar, JavaScript or PostgreSQL does not know, or writes in another way. */
const TIMES = [
  ...['0000-01-01T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '-271821-04-20T00:00:00.000Z'],
  ...['+275760-09-13T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', '2026-02-30T00:00:00.000Z'],
  ...['2026-01-01T24:00:00.000Z', '2026-01-01T00:00:60.000Z', '2026-13-01T00:00:00.000Z'],
  ...['2026-01-01', '2026', 'infinity', '-infinity', 'now', 'epoch', 'allballs', '0', '1e308'],
  ...['', ' ', "'; drop table member; --", '9'.repeat(300), '12:00', 'Thu Jan 01 2026 BC'],
];
const POSSIBLE = [
  '1970-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
];

const TEXTS = [
  ...['', ' ', '0', '-1', '1.5', '101', '1e9', '1e400', '9'.repeat(400), 'NaN', 'null', 'true'],
  ...['__proto__', 'constructor', 'toString', '[]', '{}', '[object Object]', '\0', '\n', '\u202e'],
  ...["' or 1=1; --", '%', '\\', '../../etc/passwd', 'x'.repeat(5000), '🦊'.repeat(200)],
].map(encodeURIComponent);
/** What encodeURIComponent would not write. */
const BYTES = ['%ed%a0%80', '%ff', '%c0%80', '%zz', '%', '%00', '%u0000', '\xff'];

/** How many places share all values of a kind: what looks at them is the same code for most. */
const SHARING = process.env.LONG ? 1 : 12;
const FORMS_SHARING = process.env.LONG ? 1 : 4;

type List = readonly [RouteName, Route];
const all = Object.entries(routes) as [RouteName, Route][];
const reading: readonly List[] = all.filter(([, { method }]) => method === 'GET');
const paged = reading.filter(([, { query }]) => query && 'cursor' in query.shape);

/** The others are in the order of names or numbers, or begin with the newest. */
const NOT_BY_TIME: readonly RouteName[] = [
  'listApiScopes',
  'listPolicyVersions',
  'listNotifications',
  'listAuditEvents',
  'exportAuditEvents',
  'listWebhookDeliveries',
  'listWebhookAttempts',
  'listComplianceReports',
  'listComplianceReportRows',
  'listReviewCampaigns',
  'listKeyReviews',
  'listOwnKeyReviews',
  'listLogStreamAttempts',
];
const byTime = paged.filter(([name]) => !NOT_BY_TIME.includes(name));

let app: TestApp;
let owner: Client;
let keyId: string;
let policyId: string;
let endpointId: string;
let reportId: string;
let campaignId: string;
let streamId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  keyId = (await makeKey(app, owner)).id;
  const policy = { workspaceId: null, name: 'All', text: 'permit (principal, action, resource);' };
  policyId = (await owner.post<{ id: string }>('/v1/policies', policy)).body.id;
  const endpoint = { name: 'Hooks', url: 'https://hooks.example/', eventTypes: ['*'] };
  streamId = (await owner.post<{ id: string }>('/v1/log-streams', LOG_STREAM)).body.id;
  endpointId = (await owner.post<{ id: string }>('/v1/webhook-endpoints', endpoint)).body.id;
  const report = { kind: 'keys_without_expiry' };
  reportId = (await owner.post<{ id: string }>('/v1/compliance/reports', report)).body.id;
  const campaign = { name: 'Review', endsAt: new Date(Date.now() + 86_400_000).toISOString() };
  campaignId = (await owner.post<{ id: string }>('/v1/compliance/campaigns', campaign)).body.id;
});

describe('a cursor', () => {
  it('is known to every list', () => {
    expect(paged.length).toBeGreaterThan(6);
  });

  it.each(paged)('of an impossible time is refused by its name: %s', async (_name, route) => {
    for (const cursor of forged(route, share(TIMES, FORMS_SHARING))) {
      const { status, problem } = await read(route, `cursor=${cursor}`);
      expect(status, Buffer.from(cursor, 'base64url').toString()).toBe(422);
      expect(problem.errors?.[0]?.path).toBe('cursor');
    }
  });

  it.each(byTime)('of the first or the last possible time is taken: %s', async (_name, route) => {
    for (const cursor of forged(route, POSSIBLE)) {
      expect((await read(route, `cursor=${cursor}`)).status).toBe(200);
    }
  });

  it.each(paged)('of any other form is refused: %s', async (_name, route) => {
    const parts = ['oldest', 'asc', POSSIBLE[0], 'x'];
    const values: unknown[] = [null, 7, '', {}, [], [1], [...parts, 'x'], [parts], parts.slice(1)];
    for (let at = 0; at < parts.length; at++) {
      for (const part of [null, 7, {}, [], '\0', '\ud800', '__proto__', 'x'.repeat(400)]) {
        // The id is a text like any other; what no row has ends nowhere else.
        if (at < 3 || typeof part !== 'string') values.push(parts.with(at, part as string));
      }
    }
    for (const value of share(values, FORMS_SHARING)) {
      const { status, problem } = await read(route, `cursor=${encodeCursor(value as never)}`);
      expect(status, JSON.stringify(value)).toBe(422);
      expect(problem.errors?.[0]?.path).toBe('cursor');
    }
  });
});

describe('any query of a GET is answered, or refused in problem+json', () => {
  it.each(reading)('%s', async (_name, route) => {
    for (const query of queries(route)) await read(route, query);
  });
});

/** Cursors of the list whose value is one of these. */
function forged({ path, query }: Route, times: readonly string[]): string[] {
  const isKeys = query !== undefined && ('sort' in query.shape || 'used' in query.shape);
  const isNewestFirst = isKeys || path === '/v1/leaks';
  const sort = isKeys ? 'createdAt' : isNewestFirst ? 'newest' : 'oldest';
  return times.map((time) => encodeCursor([sort, isNewestFirst ? 'desc' : 'asc', time, 'x']));
}

/** Of each parameter, and a few of names that no route knows: one rule refuses those for all. */
function queries({ query }: Route): string[] {
  const known = Object.keys(query?.shape ?? {});
  const unknown = ['__proto__', 'constructor', 'x', ''];
  return [
    ...known.flatMap((name) => [
      ...share([...TEXTS, ...BYTES], SHARING).map((text) => `${name}=${text}`),
      ...share(forms(name), FORMS_SHARING),
    ]),
    ...share(
      unknown.flatMap((name) => [name, `${name}[__proto__]=1`]),
      FORMS_SHARING,
    ),
    ...share([...TEXTS, ...BYTES], 2 * SHARING).map((text) => `x=${text}`),
  ];
}

/** A parameter without a value, twice, as an array, as an object, and with random bytes. */
function forms(name: string): string[] {
  const random = () => randomBytes(randomInt(1, 60));
  return [
    ...[name, `${name}=1&${name}=2`, `${name}[]=1`, `${name}[__proto__]=1`],
    `${name}=${random()
      .toString('latin1')
      .replace(/[^!-"$-~]/g, '')}`,
    `${name}=${random().toString('hex').replace(/../g, '%$&')}`,
    `${name}=${random().toString('base64url')}`,
  ];
}

/** How many places took their share so far. */
let places = 0;

/** One of `sharing` parts, the next one at each call: all places together take every value. */
function share<T>(values: readonly T[], sharing: number): T[] {
  places += 1;
  return values.filter((_, at) => at % sharing === places % sharing);
}

async function read({ path }: Route, query: string) {
  const ids: Record<string, string> = {
    ...{
      policies: policyId,
      'webhook-endpoints': endpointId,
      reports: reportId,
      campaigns: campaignId,
    },
    'log-streams': streamId,
  };
  const id = ids[thingOf(path)];
  const address = `${path.replace(/\{\w+\}/g, id ?? keyId)}?${query}`;
  const answer = await owner.get(address);
  const request = `GET ${address.slice(0, 200)}`;
  expect(answer.status, request).toBeLessThan(500);
  if (answer.status >= 400) {
    expect(answer.headers.get('content-type'), request).toContain('application/problem+json');
  }
  return answer;
}
