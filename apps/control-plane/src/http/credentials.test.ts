import { connect } from 'node:net';
import { ERRORS, type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Client, createClient } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { addOrganization, choosePlan, claimedOrganization } from '../testing/people.ts';
import { queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

let app: TestApp;
let owner: Client;
let key: TestKey;
let other: TestKey;
let organizationId: string;
let foreignId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  key = await makeKey(app, owner, { profile: 'organization' });
  other = await makeKey(app, owner, { profile: 'organization' });
  ({ organizationId } = await claimedOrganization(app));
  ({ organizationId: foreignId } = await addOrganization(app, 'Foreign'));
});

/** One request to a route of Fastify, and one by the way of verifications. */
async function ask(headers: Readonly<Record<string, string>>) {
  const client = createClient(app.baseUrl, headers);
  const answers: Answer[] = [
    await client.get('/v1/whoami'),
    await client.post('/v1/api-keys/verify', { key: key.secret }),
  ];
  return answers.map(({ status, problem }) => (status === 200 ? 200 : problem.code));
}

describe('a key', () => {
  it('is taken from x-api-key as from Authorization', async () => {
    expect(await ask({ 'x-api-key': key.secret })).toEqual([200, 200]);
    const both = { authorization: `Bearer ${key.secret}`, 'x-api-key': key.secret };
    expect(await ask(both)).toEqual([200, 200]);
  });

  it('decides beside a header that holds no key of ours', async () => {
    expect(await ask({ 'x-api-key': key.secret, authorization: `Bearer ${JWT}` })).toEqual([
      200, 200,
    ]);
    expect(await ask({ 'x-api-key': key.secret, authorization: 'Basic YTpi' })).toEqual([200, 200]);
    expect(await ask({ 'x-api-key': 'sk-other', ...key.client.headers })).toEqual([200, 200]);
    expect(await ask({ 'x-api-key': '', ...key.client.headers })).toEqual([200, 200]);
    expect(await ask({ 'x-api-key': key.secret, authorization: '' })).toEqual([200, 200]);
  });

  it('is refused beside another one, in whichever headers', async () => {
    const malformed = ['malformed_request', 'malformed_request'];
    expect(await ask({ 'x-api-key': other.secret, ...key.client.headers })).toEqual(malformed);
    expect(await ask({ 'x-api-key': `${key.secret}, ${other.secret}` })).toEqual(malformed);
    const twice = `authorization: Bearer ${key.secret}\r\nauthorization: Bearer ${other.secret}\r\n`;
    for (const line of ['GET /v1/whoami', 'POST /v1/api-keys/verify']) {
      const head = `${line} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n`;
      expect(await firstLine(`${head}${twice}\r\n{}`)).toBe('HTTP/1.1 400 Bad Request');
    }
  });

  it('is not looked for where there is a session, nor the session where there is a key', async () => {
    const empty = { ...owner.headers, authorization: '', 'x-api-key': '' };
    expect((await createClient(app.baseUrl, empty).get('/v1/whoami')).status).toBe(200);
    const wrong = { ...owner.headers, 'x-api-key': 'tk_live_wrong' };
    const { problem } = await createClient(app.baseUrl, wrong).get('/v1/whoami');
    expect(problem.code).toBe('invalid_key');
  });

  it('is not replaced by a session when it is sent as Basic, which is no place for a key', async () => {
    const pairs = [`${key.secret}:`, `user:${key.secret}`, 'tk_live_mistyped:'];
    const encodings = [
      ...pairs.map((pair) => Buffer.from(pair)),
      ...pairs.flatMap((pair) => [utf16(pair), utf16(`\ufeff${pair}`).swap16()]),
    ];
    for (const bytes of encodings) {
      const text = bytes.toString('base64');
      const spellings = [
        ...['Basic', 'basic ', 'BASIC\t', 'Basic \t ', 'Basic ,', 'Negotiate YII=, Basic'],
        ...['Negotiate YII=,basic', 'Basic YTpi, Basic\t'],
      ].map((scheme) => `${scheme} ${text}`);
      for (const authorization of [...spellings, `Basic ${text.slice(0, 8)} ${text.slice(8)}`]) {
        const beside = createClient(app.baseUrl, { ...owner.headers, authorization });
        expect((await beside.get('/v1/whoami')).problem?.code, authorization).toBe('invalid_key');
        expect(await ask({ authorization }), authorization).toEqual(['invalid_key', 'invalid_key']);
      }
    }
  });

  it('is not replaced by a session when it is run together with other text', async () => {
    const spellings = (text: string) => [
      { authorization: `Bearer${text}` },
      { authorization: `bearer:${text}` },
      { authorization: `Bearer _${text}` },
      { authorization: `Token ${text}` },
      { authorization: `Bearer "${text}"` },
      { 'x-api-key': `_${text}` },
      { 'x-api-key': `Bearer${text}` },
    ];
    const glued = [`key-${key.secret}`, `key_${key.secret}`, `apikey${key.secret.toUpperCase()}`];
    for (const headers of [
      ...spellings(key.secret),
      ...spellings('tk_liev_mistyped'),
      ...glued.flatMap((text) => [{ 'x-api-key': text }, { authorization: `Bearer ${text}` }]),
    ]) {
      const beside = createClient(app.baseUrl, { ...owner.headers, ...headers });
      const shown = JSON.stringify(headers);
      expect((await beside.get('/v1/whoami')).problem?.code, shown).toBe('invalid_key');
      expect(await ask(headers), shown).toEqual(['invalid_key', 'invalid_key']);
    }
  });

  it('is nothing that a proxy adds or asks browsers for: the session decides', async () => {
    const foreign = [
      { authorization: 'Basic YTpi' },
      { authorization: `Basic\t${utf16('user:password').toString('base64')}` },
      { authorization: `Bearer ${JWT}` },
      { authorization: `Bearer ${'x'.repeat(46)}` },
      { authorization: `Bearer ${JWT}_tk_${JWT}-tk_x` },
      { authorization: 'Negotiate YII=' },
      { 'x-api-key': 'sk-other' },
      { authorization: 'Basic YTpi', 'x-api-key': '' },
    ];
    for (const headers of foreign) {
      const browser = createClient(app.baseUrl, { ...owner.headers, ...headers });
      expect((await browser.get('/v1/whoami')).status).toBe(200);
      const elsewhere = { ...browser.headers, origin: 'https://evil.example' };
      const forged = await createClient(app.baseUrl, elsewhere).post('/v1/workspaces', {});
      expect(forged.problem.code).toBe('cross_origin');
      const cookie = 'tollkeeper.session_token=gone.signature';
      const ended = await createClient(app.baseUrl, { ...headers, cookie }).get('/v1/whoami');
      expect(ended.problem.detail).toBe('Your session has ended. Sign in again.');
    }
  });

  it('acts in its own organization alone, whichever X-Organization-Id names', async () => {
    const named = (id: string) => ask({ ...key.client.headers, 'x-organization-id': id });
    expect(await named(organizationId)).toEqual([200, 200]);
    for (const id of [foreignId, 'org_7dQx0mJ2vK4tR9sZ1aBc', 'x', organizationId.toLowerCase()]) {
      expect(await named(id)).toEqual(['not_found', 'not_found']);
    }
  });

  it('has a call for a foreign organization counted as denied', async () => {
    const { id, secret } = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
    const headers = { ...withKey(app, secret).headers, 'x-organization-id': foreignId };
    await ask(headers);
    await app.services.usage.flush();
    const counts = await queryDatabase(app.database)(
      'select sum(accepted)::int as accepted, sum(denied)::int as denied from key_usage where key_id = $1',
      [id],
    );
    expect(counts).toEqual([{ accepted: 0, denied: 2 }]);
  });
});

describe('a refusal says what was wrong', () => {
  it('of a session that ended, not that nothing was sent', async () => {
    const cookie = 'tollkeeper.session_token=gone.signature';
    const ended = await createClient(app.baseUrl, { cookie }).get('/v1/whoami');
    expect(ended.problem).toMatchObject({
      code: 'unauthenticated',
      detail: 'Your session has ended. Sign in again.',
    });
    const passkeys = '/api/auth/passkey/list-user-passkeys';
    const endedThere = await createClient(app.baseUrl, { cookie }).get(passkeys);
    expect(endedThere.problem.detail).toBe('Your session has ended. Sign in again.');
    const noneThere = await createClient(app.baseUrl, {}).get(passkeys);
    expect(noneThere.problem.detail).toBe('Sign in first, and try again.');
    const nothing = await createClient(app.baseUrl, { cookie: 'theme=dark' }).get('/v1/whoami');
    expect(nothing.problem.detail).toContain('This needs a credential');
    expect(ERRORS.unauthenticated.title).not.toContain('No credential was');
  });

  it('of a password that is missing, not that it is wrong', async () => {
    const { name } = (await owner.get<{ name: string }>('/v1/organization')).body;
    const deleting = (body: object) =>
      owner.raw('DELETE', '/v1/organization', JSON.stringify(body), {
        'content-type': 'application/json',
      });
    const missing = await deleting({ name });
    expect(missing.problem).toMatchObject({
      code: 'password_wrong',
      detail: 'This cannot be undone, so it needs your password.',
    });
    const wrong = await deleting({ name, password: 'not the password' });
    expect(wrong.problem.detail).toContain('The password is wrong.');
  });

  it('names the time to wait that Retry-After names', async () => {
    const body = { email: 'nobody@example.com', password: 'a wrong password' };
    const visitor = createClient(app.baseUrl, { origin: app.baseUrl });
    let answer = await visitor.post('/api/auth/sign-in/email', body);
    for (let tries = 0; answer.status !== 429 && tries < 50; tries++) {
      answer = await visitor.post('/api/auth/sign-in/email', body);
    }
    expect(answer.status).toBe(429);
    const seconds = answer.headers.get('retry-after');
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(answer.problem.detail).toMatch(new RegExp(`Try again in ${seconds} seconds?\\.$`));
  });
});

describe('HEAD answers as GET does, without a body', () => {
  const reading = (Object.entries(routes) as [RouteName, Route][]).filter(
    ([, { method }]) => method === 'GET',
  );
  const others = ['/healthz', '/readyz', '/openapi.json', '/docs', '/api/auth/get-session'];
  const paths = [...reading.map(([, { path }]) => path), ...others, '/v1/nothing', '/nothing'];
  it.each(paths)('%s', async (path) => {
    const real = path.replace(/\{\w+\}/g, key.id);
    for (const client of [owner, createClient(app.baseUrl, {})]) {
      const head = await client.raw('HEAD', real, undefined);
      const get = await client.get(real);
      expect(head.status).toBe(get.status);
      expect(head.body).toBe('');
      for (const name of ['content-type', 'cache-control', 'content-security-policy']) {
        expect(head.headers.get(name), name).toBe(get.headers.get(name));
      }
    }
  });
});

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

/** Of the answer to these bytes. */
function firstLine(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1', () => {
      socket.write(bytes);
    });
    socket.setEncoding('utf8').once('data', (text: string) => {
      resolve(text.split('\r\n', 1)[0] ?? '');
      socket.destroy();
    });
  });
}
