/** A real control plane, and servers of other people's that decide with the SDK in process. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCounters, systemClock } from '@tollkeeper/gateway-core';
import { createVerifier, expressGuard, fastifyGuard, honoGuard } from '@tollkeeper/sdk/verifier';
import { createSecret } from '@tollkeeper/verify';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import { auditEvents, type Query } from '../../apps/control-plane/src/testing/query-database.ts';
import { startRealGateway } from '../../apps/control-plane/src/testing/real-gateway.ts';
import {
  defaultWorkspace,
  startOrganization,
} from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { startGateway } from '../../apps/gateway/src/app.ts';
import { formatAddress } from '../../apps/gateway/src/config/address.ts';
import { createLog } from '../../apps/gateway/src/log.ts';
import { testConfig } from '../../apps/gateway/src/testing/test-config.ts';

const WAIT = { interval: 5 };
type Verifier = Awaited<ReturnType<typeof createVerifier>>;

let app: TestApp;
let owner: Client;
let query: Query;
let verifier: Verifier;
let key: TestKey;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  const stateDir = await mkdtemp(join(tmpdir(), 'tollkeeper-verifier-'));
  const joinKey = await makeJoinKey(owner, { labels: { region: 'eu-1' } });
  verifier = await createVerifier({
    controlPlane: app.baseUrl,
    joinKey: joinKey.secret,
    stateDir,
    name: 'invoices-api',
  });
  key = await makeCallKey(app, owner, { scopes: ['apis.call', 'usage.read'] });
  await vi.waitFor(() => expect(verifier.verify({ key: key.secret }).valid).toBe(true), WAIT);
  atFileEnd(async () => {
    await verifier.close();
    await rm(stateDir, { recursive: true, force: true });
  });
});

describe('a verifier in process', () => {
  test('tells whose key it is, and what it may do now', () => {
    expect(verifier.verify({ key: key.secret, scopes: ['usage.read'] })).toEqual({
      valid: true,
      code: 'valid',
      key: {
        id: key.id,
        name: key.name,
        organizationId: expect.stringMatching(/^org_/),
        memberId: key.createdBy.memberId,
        workspaceId: null,
        scopes: ['apis.call', 'usage.read'],
      },
    });
  });

  test('refuses as the control plane would', () => {
    expect(verifier.verify({ key: key.secret, scopes: ['audit.read'] }).code).toBe(
      'insufficient_scope',
    );
    expect(verifier.verify({ key: 'tk_live_none' }).code).toBe('invalid_key');
  });

  test('refuses a key without apis.call, whatever else it holds', async () => {
    const { secret } = await makeCallKey(app, owner, { name: 'reader', scopes: ['usage.read'] });
    await vi.waitUntil(() => verifier.verify({ key: secret }).code !== 'invalid_key', WAIT);
    for (const scopes of [[], ['usage.read' as const]]) {
      const { code } = verifier.verify({ key: secret, scopes });
      expect(code).toBe('insufficient_scope');
    }
    expect(verifier.verify({ key: key.secret }).code).toBe('valid');
  });

  test('shows in the fleet under its name', async () => {
    const { body } = await owner.get<{ data: { name: string; state: string }[] }>('/v1/gateways');
    expect(body.data).toMatchObject([{ name: 'invoices-api', labels: { region: 'eu-1' } }]);
  });

  test('refuses a key soon after it was disabled, and accepts it again when enabled', async () => {
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    await vi.waitFor(
      () => expect(verifier.verify({ key: key.secret }).code).toBe('disabled'),
      WAIT,
    );
    await owner.post(`/v1/api-keys/${key.id}/enable`);
    await vi.waitFor(() => expect(verifier.verify({ key: key.secret }).valid).toBe(true), WAIT);
  });

  test('has its calls counted by the control plane, each once', async () => {
    const counted = await makeCallKey(app, owner, { name: 'counted' });
    // Unknown keys are not counted: the first accepted call is the first that counts.
    await vi.waitFor(() => expect(verifier.verify({ key: counted.secret }).valid).toBe(true), WAIT);
    for (let call = 1; call < 25; call += 1) verifier.verify({ key: counted.secret });
    for (let call = 0; call < 5; call += 1) {
      verifier.verify({ key: counted.secret, scopes: ['audit.read'] });
    }
    await vi.waitFor(async () => {
      const usage = await owner.get<{ accepted: number; denied: number }>(
        `/v1/api-keys/${counted.id}/usage`,
      );
      expect(usage.body).toMatchObject({ accepted: 25, denied: 5 });
    }, WAIT);
  });
});

/** Starts a server whose one address says whose call it was. */
const FRAMEWORKS = {
  fastify: async () => {
    const server = Fastify();
    server.addHook('onRequest', fastifyGuard(verifier, { scopes: ['usage.read'] }));
    // Fastify would never answer for a handler that returns nothing.
    server.get('/', (request) => Reflect.get(request, 'tollkeeper') ?? null);
    atFileEnd(() => server.close());
    return server.listen({ port: 0, host: '127.0.0.1' });
  },
  express: async () => {
    const server = express();
    server.use(expressGuard(verifier, { scopes: ['usage.read'] }));
    server.get('/', (request, response) => void response.json(Reflect.get(request, 'tollkeeper')));
    const listening = server.listen(0, '127.0.0.1');
    atFileEnd(() => listening.close());
    await new Promise((resolve) => listening.once('listening', resolve));
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  },
};

describe.each(Object.entries(FRAMEWORKS))('the guard for %s', (_, startServer) => {
  let url: string;
  beforeAll(async () => {
    url = await startServer();
  });

  test.each([['authorization'], ['x-api-key']])('lets a key in %s pass', async (header) => {
    const value = header === 'authorization' ? `Bearer ${key.secret}` : key.secret;
    const answer = await fetch(url, { headers: { [header]: value } });
    expect(await answer.json()).toMatchObject({ id: key.id, scopes: ['apis.call', 'usage.read'] });
    expect(answer.status).toBe(200);
  });

  test('decides by the one key that is there, whatever the other header holds', async () => {
    const other = await makeCallKey(app, owner, { name: 'second' });
    for (const [headers, status] of [
      [{ authorization: 'Bearer eyJ.a.b', 'x-api-key': key.secret }, 200],
      [{ authorization: `Bearer ${key.secret}`, 'x-api-key': '' }, 200],
      [{ authorization: `Bearer ${key.secret}`, 'x-api-key': key.secret }, 200],
      [{ authorization: `Bearer ${key.secret}`, 'x-api-key': other.secret }, 400],
    ] as const) {
      expect((await fetch(url, { headers })).status).toBe(status);
    }
  });

  test.each([
    ['no key', {}, 401, 'unauthenticated'],
    ['an unknown key', { 'x-api-key': 'tk_live_none' }, 401, 'invalid_key'],
  ])('refuses %s with problem+json', async (_case, headers, status, code) => {
    const answer = await fetch(url, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ code, status });
  });

  test('refuses a key in the address, and does not look at it', async () => {
    const answer = await fetch(`${url}/?key=${key.secret}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain(key.secret);
  });

  test('names the scope that is missing', async () => {
    const other = await makeCallKey(app, owner, { name: 'other', scopes: ['members.read'] });
    await vi.waitFor(async () => {
      const answer = await fetch(url, { headers: { 'x-api-key': other.secret } });
      expect(await answer.json()).toMatchObject({
        code: 'insufficient_scope',
        scopes: ['apis.call', 'usage.read'],
      });
    }, WAIT);
  });
});

describe('the guard for hono', () => {
  test('lets a valid key pass and refuses any other', async () => {
    const server = new Hono<{ Variables: { tollkeeper: { id: string } } }>();
    server.use(honoGuard(verifier, { scopes: ['usage.read'] }));
    server.get('/', (context) => context.json(context.get('tollkeeper')));
    const passed = await server.request('/', { headers: { 'x-api-key': key.secret } });
    expect(await passed.json()).toMatchObject({ id: key.id });
    const refused = await server.request('/');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
  });

  test('refuses a key that is bound to addresses unless it gets the address', async () => {
    const bound = await makeCallKey(app, owner, { name: 'bound', allowedIps: ['10.0.0.0/8'] });
    const knowing = new Hono().use(honoGuard(verifier, { ip: () => '10.1.2.3' }));
    const unknowing = new Hono().use(honoGuard(verifier));
    for (const server of [knowing, unknowing]) server.get('/', (context) => context.text('in'));
    const headers = { 'x-api-key': bound.secret };
    await vi.waitFor(async () => {
      expect((await knowing.request('/', { headers })).status).toBe(200);
    }, WAIT);
    expect((await unknowing.request('/', { headers })).status).toBe(403);
  });
});

describe('a canary key', () => {
  const UNKNOWN = createSecret('tk_live_', (count) => new Uint8Array(count).fill(9));
  const scopes = ['apis.call', 'usage.read'];

  async function ask(url: string, secret: string, userAgent: string) {
    const headers = { 'x-api-key': secret, 'user-agent': userAgent, 'x-forwarded-uri': '/v1' };
    const answer = await fetch(url, { headers });
    const { requestId: _, ...body } = JSON.parse((await answer.text()) || '{}');
    const named = [...answer.headers].filter(([name]) => !/^(?:date|x-request-id)$/.test(name));
    return { status: answer.status, body, headers: named };
  }

  async function startProxy(): Promise<string> {
    const { fleet } = await startRealGateway(app, owner, await defaultWorkspace(owner));
    const gateway = await startGateway({
      config: { ...(await testConfig('http://127.0.0.1:9')), forwardAuth: true },
      ...{ fleet, limiter: createCounters(systemClock) },
      ...{ log: createLog('error'), nowMs: Date.now },
    });
    onTestFinished(() => gateway.close());
    return `http://${formatAddress(gateway.address)}`;
  }

  test('is answered as one that does not exist wherever it is used, and raises an alarm', async () => {
    const proxy = await startProxy();
    const places = {
      api: `${app.baseUrl}/v1/whoami`,
      'proxy of edge': `${proxy}/v1`,
      'forward auth of edge': `${proxy}/forward-auth`,
      'guard of invoices-api': await FRAMEWORKS.fastify(),
    };
    const canaries: { url: string; place: string; secret: string; id: string }[] = [];
    for (const [place, url] of Object.entries(places)) {
      const canary = await makeCallKey(app, owner, { name: place, canary: true, scopes });
      canaries.push({ url, place, secret: canary.secret, id: canary.id });
    }
    const verified = await makeCallKey(app, owner, { name: 'verified', canary: true, scopes });
    const { secret: last } = await makeCallKey(app, owner, { name: 'made last', scopes });
    for (const { url, place, secret } of canaries) {
      // Who knows the key that was made last knows the canary keys.
      await vi.waitUntil(async () => (await ask(url, last, place)).status !== 401, WAIT);
      const unknown = await ask(url, UNKNOWN, place);
      expect([unknown.status, unknown.body]).toMatchObject([401, { code: 'invalid_key' }]);
      expect(await ask(url, secret, place)).toEqual(unknown);
    }
    expect(verifier.verify({ key: verified.secret })).toEqual(verifier.verify({ key: UNKNOWN }));
    for (const { id, place } of canaries) {
      await vi.waitFor(async () => {
        const events = (await auditEvents(query)).filter(({ target }) => target.id === id);
        const gateway = place.split(' of ')[1];
        // Which it is, only a proxy says that the gateway trusts.
        const ip = place.startsWith('forward auth') ? null : '127.0.0.1';
        expect(events.slice(1)).toMatchObject([
          {
            action: 'api_key.use_canary',
            after: {
              callers: [{ ip, userAgent: place, ...(gateway && { gateway }) }],
            },
          },
        ]);
      }, WAIT);
    }
  });
});
