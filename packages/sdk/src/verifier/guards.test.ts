import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createCounters } from '@tollkeeper/gateway-core';
import {
  createKeyIndex,
  createSecret,
  hashSecret,
  putOwner,
  putPolicy,
  putSecret,
  scopeSet,
} from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { exampleKey, exampleOwner } from '../../../verify/src/testing/example-key.ts';
import { statementsOf } from '../../../verify/src/testing/policies/statements.ts';
import type { Decider } from './authorize-call.ts';
import { expressGuard, fastifyGuard, type HonoContext, honoGuard } from './guards.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));
const LIMITED = '@limit("10/day") permit (principal, action, resource);';
const HEADERS = [
  ['ratelimit-policy', '"10/day per key";q=10;w=86400'],
  ['ratelimit', '"10/day per key";r=9;t=8640'],
];

it('the guard for Express passes on what is left of rate limits, beside what is there', () => {
  const request = Object.assign(new IncomingMessage(new Socket()), {
    ...{ headers: { 'x-api-key': SECRET }, url: '/', method: 'GET', ip: '10.1.2.3' },
  });
  const response = new ServerResponse(request);
  response.setHeader('RateLimit', '"own";r=4');
  expressGuard(limitedVerifier())(request, response, () => undefined);
  const [[, policies] = [], [, left] = []] = HEADERS;
  expect(response.getHeader('RateLimit-Policy')).toBe(policies);
  expect(response.getHeader('RateLimit')).toEqual(['"own";r=4', left]);
});

it('the guard for Fastify passes on what is left of rate limits', () => {
  const sent: string[][] = [];
  const reply: Parameters<ReturnType<typeof fastifyGuard>>[1] = {
    status: () => reply,
    header: (name: string, value: string) => {
      sent.push([name.toLowerCase(), value]);
      return reply;
    },
    send: () => reply,
  };
  const request = {
    ...{ headers: { 'x-api-key': SECRET }, raw: { rawHeaders: [] } },
    ...{ method: 'GET', url: '/', ip: '10.1.2.3' },
  };
  fastifyGuard(limitedVerifier())(request, reply, () => undefined);
  expect(sent).toEqual(HEADERS);
});

it('the guard for Hono passes on what is left of rate limits, once there is a response', async () => {
  const steps: unknown[] = [];
  const raw = new Request('http://api.test/', { headers: { 'x-api-key': SECRET } });
  const context: HonoContext = {
    ...{ req: { raw }, env: {}, set: () => undefined },
    header: (name, value) => void steps.push([name.toLowerCase(), value]),
  };
  await honoGuard(limitedVerifier(), { ip: () => '10.1.2.3' })(context, async () => {
    steps.push('handled');
  });
  expect(steps).toEqual(['handled', ...HEADERS]);
});

/** Of a workspace with one key, which may call ten times a day. */
function limitedVerifier(): Decider {
  const index = createKeyIndex();
  const scopes = scopeSet(['apis.call']);
  putOwner(index, { ...exampleOwner(), ...PLACE, memberId: 'mem_1', scopes });
  const facts = { keyId: 'key_1', ownerId: 'mem_1', organizationId: 'org_1', scopes };
  putSecret(index, hashSecret(SECRET), exampleKey({ ...facts, workspaceId: null }));
  const statements = statementsOf(LIMITED);
  putPolicy(index, { policyId: 'pol_1', ...PLACE, mode: 'enforce', statements });
  const keys = { index, ...PLACE, gateway: { name: 'api', labels: {} } };
  const silent = () => undefined;
  return {
    fleet: { keys: () => keys, count: silent, countCanary: silent, flush: silent },
    counters: createCounters({ monotonicMs: () => 0 }),
    log: { debug: silent, info: silent, warn: silent, error: silent },
  };
}
