import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { CREATE_BODY } from '../testing/key-changes.ts';
import { choosePlan, claimedOrganization } from '../testing/people.ts';
import { shorten } from '../testing/shorten.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let before: Record<string, string>;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  before = await readTables(app);
  return async () => expect(await readTables(app)).toEqual(before);
});

const json = { 'content-type': 'application/json' };
const send = (body: string, headers: Record<string, string> = json) =>
  owner.raw('POST', '/v1/api-keys', body, headers);
const create = (fields: object) => owner.post('/v1/api-keys', { ...CREATE_BODY, ...fields });

it('says how many characters and items a field takes', async () => {
  const tooLong = await owner.post('/v1/api-keys/revoke', {
    ids: ['key_00000000000000000000'],
    reason: 'x'.repeat(201),
  });
  expect(tooLong.problem.detail).toBe('"reason" must have at most 200 characters.');
  const tooMany = await create({ allowedIps: Array.from({ length: 51 }, () => '192.0.2.1') });
  expect(tooMany.problem.detail).toBe('"allowedIps" must have at most 50 items.');
});

it.each([
  ['POST', '/v1/api-keys/revoke', { ids: [] }, '"ids" must not be empty.'],
  ['POST', '/v1/api-keys', { ...CREATE_BODY, name: 7 }, '"name" must be a text.'],
  ['POST', '/v1/api-keys', { ...CREATE_BODY, scopes: 'all' }, '"scopes" must be a list.'],
  [
    'PATCH',
    '/v1/security',
    { twoFactorRequired: 'yes' },
    '"twoFactorRequired" must be true or false.',
  ],
  ['PATCH', '/v1/security', { sessionHoursMax: 1.5 }, '"sessionHoursMax" must be a whole number.'],
  ['PATCH', '/v1/security', { sessionHoursMax: 0 }, '"sessionHoursMax" must be at least 1.'],
  ['PATCH', '/v1/security', { sessionHoursMax: 721 }, '"sessionHoursMax" must be at most 720.'],
  [
    'POST',
    '/v1/password-resets/complete',
    { token: 'x', newPassword: 'short' },
    '"newPassword" must have at least 12 characters.',
  ],
])('says what a field takes: %s %s %j', async (method, path, body, detail) => {
  expect((await owner.raw(method, path, JSON.stringify(body), json)).problem.detail).toBe(detail);
});

it.each([
  ['PUT', '/v1/audit-log/tile/0/000', 'GET, HEAD'],
  ['GET', '/api/auth/sign-in/email', 'POST'],
  ['POST', '/api/auth/get-session', 'GET, HEAD'],
  ['DELETE', '/v1/setup?x', 'GET, HEAD, POST'],
  ['POST', '/healthz', 'GET, HEAD'],
  ['PUT', '/unsubscribe?token=x', 'GET, HEAD, POST'],
])('says which methods an address takes: %s %s', async (method, path, allowed) => {
  const answer = await owner.raw(method, path, undefined);
  expect(answer.headers.get('allow')).toBe(allowed);
  expect(answer.problem).toMatchObject({
    code: 'method_not_allowed',
    detail: `This address takes ${allowed}, not ${method}.`,
  });
});

describe('a body', () => {
  it.each(
    [
      '{',
      '{"name":"a",}',
      "{'name':'a'}",
      'NaN',
      '{"name":"a"} trailing',
      '{"name":"\\ud8"}',
      '{"name":"a\nb"}',
      '{"__proto__":{"isAdmin":true}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      `${'['.repeat(30_000)}`,
      `{"name":${'{"a":'.repeat(5000)}`,
    ].map((body) => [shorten(body), body] as const),
  )('that is no JSON, or would reach a prototype, answers 400: %s', async (_, body) => {
    const answer = await send(body);
    expect(answer.problem).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.problem.requestId).toBe(answer.headers.get('x-request-id'));
  });

  it.each(
    ['', 'null', '[]', '[{}]', '"text"', '7', 'true', `${'['.repeat(3000)}${']'.repeat(3000)}`].map(
      (body) => [shorten(body), body] as const,
    ),
  )('that is no object answers 422: %s', async (_, body) => {
    expect((await send(body)).problem).toMatchObject({ status: 422, code: 'validation_failed' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/xml',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; Charset="latin1"',
    'garbage',
    '',
  ])('of the type %j answers 415', async (type) => {
    const answer = await send(JSON.stringify(CREATE_BODY), { 'content-type': type });
    expect(answer.problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('that is encoded answers 415', async () => {
    const answer = await send(JSON.stringify(CREATE_BODY), { ...json, 'content-encoding': 'gzip' });
    expect(answer.problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('over 64 KiB answers 413, whether it says its length or not', async () => {
    const body = JSON.stringify({ ...CREATE_BODY, name: 'x'.repeat(64 * 1024) });
    expect((await send(body)).problem).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await sendInChunks(body)).toBe(413);
  });

  it('of 64 KiB with as many faults as fit gets a short answer soon', async () => {
    // Processor time: what else the machine does is not in it.
    const before = process.cpuUsage();
    for (const fields of [
      { scopes: Array.from({ length: 30_000 }, () => 1) },
      Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`x${n}`, 1])),
      { allowedIps: [`${':'.repeat(60_000)}!`] },
      { allowedIps: Array.from({ length: 120 }, () => `${':'.repeat(500)}!`) },
      { name: `${' '.repeat(60_000)}\u0007` },
      { expiresAt: '9'.repeat(60_000) },
    ]) {
      const answer = await create(fields);
      expect(answer.status).toBe(422);
      expect(JSON.stringify(answer.problem).length).toBeLessThan(8192);
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(3000);
  });
});

describe('a field', () => {
  const own = 'key_7dQx0mJ2vK4tR9sZ1aBc';
  it.each([
    ['owner', 'mem_7dQx0mJ2vK4tR9sZ1aBc'],
    ['memberId', 'mem_7dQx0mJ2vK4tR9sZ1aBc'],
    ['createdBy', { memberId: 'mem_7dQx0mJ2vK4tR9sZ1aBc' }],
    ['organizationId', 'org_7dQx0mJ2vK4tR9sZ1aBc'],
    ['plan', 'enterprise'],
    ['status', 'active'],
    ['id', own],
    ['prefix', 'tk_live_mine'],
    ['secret', 'tk_live_mine'],
    ['hash', 'AAAA'],
    ['createdAt', '2020-01-01T00:00:00.000Z'],
    ['lastUsedAt', null],
    ['revokedAt', null],
    ['Name', 'x'],
    ['toString', 'x'],
  ])('%s cannot be set by the creator', async (field, value) => {
    const answer = await create({ [field]: value });
    expect(answer.problem).toMatchObject({ status: 422, errors: [{ path: field }] });
  });

  it.each([
    ['empty', ''],
    ['blank', ' \u00a0\u3000'],
    ['65 characters long', 'x'.repeat(65)],
    ['65 emoji long', '🦊'.repeat(65)],
    ['with a control character', 'a\u0007b'],
    ['with an escape', '\u001b[31mred'],
    ['with a line end', 'a\r\nb'],
    ['with a bidirectional override', 'gpj\u202eexe'],
    ['with an isolate', 'a\u2066b\u2069'],
    ['with a zero-width space', 'ad\u200bmin'],
    ['with NUL', 'a\u0000b'],
    ['with a lone surrogate', 'a\ud800b'],
    ['a number', 7],
    ['a list', ['a']],
    ['an object', { toString: 'a' }],
    ['null', null],
  ])('name is refused when %s', async (_what, name) => {
    const answer = await create({ name });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.path).toBe('name');
  });

  it.each([
    '2020-01-01T00:00:00.000Z',
    new Date(Date.now() - 1000).toISOString(),
    '2030-02-30T00:00:00.000Z',
    '2030-01-01',
    '2030-01-01T00:00:00',
    '2030-01-01T00:00:00+25:00',
    '2030-01-01T00:00:00+01:60',
    '2030-01-01T00:00:00+01',
    '2030-01-01T00:00:00 +01:00',
    '9999-12-31T23:59:59-12:00',
    '+275760-09-13T00:00:00.000Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T00:00:60Z',
    'tomorrow',
    '',
    1_900_000_000,
    true,
    1e308,
  ])('expiresAt is refused when it is no moment to come: %s', async (expiresAt) => {
    expect((await create({ expiresAt })).problem).toMatchObject({ status: 422 });
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0/8',
    '010.0.0.1',
    '0x0a000001',
    '167772161',
    '256.0.0.1',
    '::/129',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '::ffff:999.0.0.1',
    'localhost',
    '*',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '',
    10,
    null,
  ])('allowedIps is refused with %j', async (range) => {
    const answer = await create({ allowedIps: ['10.0.0.0/8', range] });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.path).toBe('allowedIps/1');
  });

  it.each([
    ['name', 'gpj\u202eexe', 'name', 'must be visible text on one line'],
    ['name', ' ', 'name', 'must be visible text on one line'],
    ['name', '', 'name', 'must not be empty'],
    ['name', `mine: ${createSecret('tk_live_', randomBytes)}`, 'name', 'must not hold an API key'],
    ['allowedIps', ['10.0.0.0/33'], 'allowedIps/0', 'must be an IP address or a CIDR range such'],
    ['workspaceId', 'production', 'workspaceId', 'must be an id of the form ws_…'],
    ['expiresAt', 'tomorrow', 'expiresAt', 'must be a time such as 20'],
  ])('%s as %j is refused in words that say what to send', async (field, value, path, words) => {
    const { problem } = await create({ [field]: value });
    expect(problem.errors).toContainEqual({ path, message: expect.stringContaining(words) });
    expect(problem.detail).toContain(words);
    expect(JSON.stringify(problem)).not.toContain('API document');
  });

  it.each([
    ['name', 'x'.repeat(600), 'must have at most 64 characters'],
    ['name', '', 'must not be empty'],
    ['expiresAt', 7, 'must be a time, or null'],
    ['profile', 7, undefined],
  ])('%s as %j has one reason', async (field, value, message) => {
    const { problem } = await create({ [field]: value });
    expect(problem.errors).toEqual([{ path: field, message: message ?? expect.any(String) }]);
  });

  it('workspaceId of nobody is 404, and of no form 422', async () => {
    expect((await create({ workspaceId: 'ws_7dQx0mJ2vK4tR9sZ1aBc' })).status).toBe(404);
    const { organizationId } = await claimedOrganization(app);
    for (const workspaceId of [organizationId, '', 7, ['ws_7dQx0mJ2vK4tR9sZ1aBc']]) {
      expect((await create({ workspaceId })).status).toBe(422);
    }
  });
});

function sendInChunks(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${app.baseUrl}/v1/api-keys`, {
      method: 'POST',
      headers: { ...owner.headers, ...json, 'transfer-encoding': 'chunked' },
    });
    call.on('response', (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject);
    call.write(body.slice(0, 40_000));
    call.end(body.slice(40_000));
  });
}
