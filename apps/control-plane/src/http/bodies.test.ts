import { isBodyOptional, type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey } from '../testing/keys.ts';
import { choosePlan } from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';

const JSON_BODY = { 'content-type': 'application/json' };

interface RequestBody {
  readonly required: boolean;
  readonly description?: string;
}

let app: TestApp;
let owner: Client;
let keyId: string;
/** Holds api_keys.verify. */
let verifier: Client;
let document: { paths: Record<string, Record<string, { requestBody?: RequestBody }>> };

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  keyId = (await makeKey(app, owner)).id;
  verifier = (await makeKey(app, owner, { profile: 'organization' })).client;
  document = (await owner.get<typeof document>('/openapi.json')).body;
});

const changing = (Object.entries(routes) as [RouteName, Route][]).filter(
  ([, { method, rawBody }]) => method !== 'GET' && !rawBody,
);
const withBody = changing.filter(([, { body }]) => body !== undefined);

describe('a body that is no object is refused, and nothing happens', () => {
  it.each(changing)('%s', async (_name, route) => {
    const before = await readTables(app);
    for (const body of ['null', '[]', '""', '0', 'false', ' null ']) {
      const { status, problem } = await owner.raw(route.method, pathOf(route), body, JSON_BODY);
      expect(status, body).toBe(422);
      expect(problem.errors).toEqual([{ path: 'body', message: 'must be an object' }]);
    }
    expect(await readTables(app)).toEqual(before);
  });
});

describe('an empty body that is announced as JSON is refused, and nothing happens', () => {
  it.each(changing)('%s', async (_name, route) => {
    const before = await readTables(app);
    for (const body of ['', ' \r\n\t', undefined]) {
      const { status, problem } = await owner.raw(route.method, pathOf(route), body, JSON_BODY);
      expect({ status, code: problem.code }).toEqual({ status: 422, code: 'validation_failed' });
      expect(problem.errors).toEqual([{ path: 'body', message: 'must be an object' }]);
      expect(problem.detail).toContain('The body is empty, but Content-Type announces JSON.');
      expect(problem.detail).toContain('Send a JSON object');
    }
    expect(await readTables(app)).toEqual(before);
  });

  it('verifyKey, by a key', async () => {
    for (const body of ['', ' ', undefined, 'null']) {
      const answer = await verifier.raw('POST', '/v1/api-keys/verify', body, JSON_BODY);
      expect(answer.status, body).toBe(422);
    }
  });

  it('is the rule for changes alone: a request that reads has no body', async () => {
    const { status } = await owner.raw('GET', '/v1/whoami', undefined, JSON_BODY);
    expect(status).toBe(200);
  });
});

describe('a body that is left out', () => {
  it.each(withBody)('is refused where the document requires one: %s', async (_name, route) => {
    const { required, description } =
      document.paths[route.path]?.[route.method.toLowerCase()]?.requestBody ?? {};
    expect(required).toBe(!isBodyOptional(route));
    if (!required) {
      expect(description).toMatch(/^Optional\./);
      return;
    }
    const before = await readTables(app);
    const { status, problem } = await owner.raw(route.method, pathOf(route), undefined);
    expect(status).toBe(422);
    expect(problem.errors).toEqual([{ path: 'body', message: 'must be an object' }]);
    expect(await readTables(app)).toEqual(before);
  });

  it('gives no field where all of them are optional', async () => {
    const { secret, id } = await makeKey(app, owner);
    const rotated = await owner.post<{ secret: string }>(`/v1/api-keys/${id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).not.toBe(secret);
    expect((await owner.post(`/v1/api-keys/${id}/revoke`)).status).toBe(200);
  });

  it('is never one that changes a record', () => {
    const optional = withBody.filter(([, route]) => isBodyOptional(route)).map(([name]) => name);
    expect(optional).toContain('revokeKey');
    expect(optional.filter((name) => name.startsWith('update'))).toEqual([]);
  });
});

describe('a body that is no UTF-8 answers 400, and is not stored as something else', () => {
  const bytes: readonly (readonly [string, number[]])[] = [
    ['Latin-1', [0xe9]],
    ['half of a sequence', [0xe2, 0x82]],
    ['an overlong sequence', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ];
  it.each(bytes)('%s', async (_what, name) => {
    const { status, problem } = await sendBytes('/v1/workspaces', [
      ...Buffer.from('{"environment":"live","name":"'),
      ...[...name, ...Buffer.from('"}')],
    ]);
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'malformed_json' });
  });

  it.each(bytes)('%s, on the way of verifications', async (_what, key) => {
    const body = [...Buffer.from('{"key":"'), ...key, ...Buffer.from('"}')];
    const { status, problem } = await sendBytes('/v1/api-keys/verify', body, verifier.headers);
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'malformed_json' });
  });

  it('takes the replacement character itself', async () => {
    const { status, body } = await verifier.post<{ code: string }>('/v1/api-keys/verify', {
      key: '\ufffd',
    });
    expect({ status, code: body.code }).toEqual({ status: 200, code: 'invalid_key' });
  });
});

async function sendBytes(path: string, bytes: number[], headers = owner.headers) {
  const response = await fetch(app.baseUrl + path, {
    method: 'POST',
    headers: { ...headers, ...JSON_BODY },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, problem: (await response.json()) as { code: string } };
}

function pathOf({ path }: Route): string {
  const others: Readonly<Record<string, string>> = {
    ...{ members: 'mem_', invitations: 'inv_', roles: 'role_', workspaces: 'ws_' },
    ...{ gateways: 'gw_', 'join-keys': 'jk_', policies: 'pol_' },
    'webhook-endpoints': 'whe_',
    reports: 'rep_',
    campaigns: 'rvc_',
    'log-streams': 'lst_',
    'chat-destinations': 'chd_',
    leaks: 'leak_',
  };
  const other = others[thingOf(path)];
  return path
    .replace('{name}', 'invoices.read')
    .replace(/\{\w+\}/g, other === undefined ? keyId : `${other}7dQx0mJ2vK4tR9sZ1aBc`);
}
