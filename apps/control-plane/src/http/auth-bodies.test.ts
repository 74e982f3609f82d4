import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { addMember, claimedOrganization } from '../testing/people.ts';
import { visitor } from '../testing/sign-in.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { AUTH_INPUTS } from './auth-bodies.ts';
import { AUTH_ENDPOINTS } from './auth-endpoints.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

describe.each([...AUTH_INPUTS.keys()])('a NUL at /api/auth/%s', (name) => {
  it('is refused in every field, and never taken for a database that is away', async () => {
    const { method } = AUTH_ENDPOINTS.find((each) => each.name === name) ?? { method: 'POST' };
    const { body, querystring } = AUTH_INPUTS.get(name) ?? {};
    const fields = Object.keys(Reflect.get(body ?? querystring ?? {}, 'properties'));
    for (const field of fields) {
      const value = field === 'response' ? { id: 'a\0b' } : 'a\0b';
      const answer =
        method === 'GET'
          ? await owner.get(`/api/auth/${name}?${field}=a%00b`)
          : await owner.post(`/api/auth/${name}`, { [field]: value });
      expect(answer.problem.code, field).toBe('validation_failed');
      expect(answer.problem.detail, field).toContain(field);
    }
  });
});

describe.each(AUTH_ENDPOINTS.filter(({ method }) => method === 'POST'))(
  'a body for /api/auth/$name that is no object',
  ({ name }) => {
    it('is refused, and changes nothing', async () => {
      const before = await readTables(app);
      const send = (body: string | undefined) =>
        owner.raw('POST', `/api/auth/${name}`, body, { 'content-type': 'application/json' });
      for (const body of ['null', '[]', '""', '0', 'false', '', undefined]) {
        const { status, problem } = await send(body);
        expect({ status, code: problem.code }, body).toEqual({
          status: 422,
          code: 'validation_failed',
        });
      }
      expect(await readTables(app)).toEqual(before);
    });
  },
);

it('lets a session sign out without a body', async () => {
  const { client } = await addMember(
    app,
    (await claimedOrganization(app)).organizationId,
    'viewer',
  );
  expect((await client.post('/api/auth/sign-out')).status).toBe(200);
  expect((await client.get('/v1/whoami')).status).toBe(401);
});

it.each([...AUTH_INPUTS.keys()])(
  'takes at /api/auth/%s no field that it does not know, and no text longer than it needs',
  async (name) => {
    const { method } = AUTH_ENDPOINTS.find((each) => each.name === name) ?? { method: 'POST' };
    const { body, querystring } = AUTH_INPUTS.get(name) ?? {};
    const known: Record<string, { type?: string }> = Reflect.get(
      body ?? querystring ?? {},
      'properties',
    );
    const texts = Object.keys(known).filter((field) => known[field]?.type === 'string');
    for (const field of [...texts, 'unknown']) {
      const value = 'a'.repeat(2000);
      const answer =
        method === 'GET'
          ? await owner.get(`/api/auth/${name}?${field}=${value}`)
          : await owner.post(`/api/auth/${name}`, { [field]: value });
      expect([field, answer.problem.code]).toEqual([field, 'validation_failed']);
      expect(answer.problem.detail, field).toContain(field);
    }
  },
);

it.each(['%', '%zz', 'a%e0%a4'])(
  'answers a broken escape in the cookie of a sign-in, "%s", as a wrong one',
  async (signature) => {
    const guesser = visitor(app, `tollkeeper.two_factor=abc.${signature}`);
    const answer = await guesser.post('/api/auth/two-factor/verify-totp', { code: '000000' });
    expect(answer.status).toBe(401);
  },
);
