import { expect, it } from 'vitest';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream } from '../testing/test-gateway.ts';

it('is up at once, and ready only while requests can be decided', async () => {
  const gateway = await startTestGateway('http://127.0.0.1:9');
  const ask = async (path: string) => {
    const answer = await fetch(gateway.adminUrl + path);
    return [answer.status, (await answer.json()).reason];
  };
  expect(await ask('/readyz')).toEqual([200, undefined]);
  for (const code of ['no_snapshot', 'snapshot_stale', 'gateway_removed'] as const) {
    gateway.fleet.noKeys = code;
    expect(await ask('/readyz')).toEqual([503, code]);
    expect(await ask('/healthz')).toEqual([200, undefined]);
  }
  gateway.fleet.noKeys = undefined;
  gateway.fleet.isDraining = true;
  expect(await ask('/readyz')).toEqual([503, 'draining']);
});

it('tells Prometheus what was decided, how fast, by which version, and what waits', async () => {
  const upstream = await startUpstream((_, res) => res.end());
  const gateway = await startTestGateway(upstream.url);
  const headers = { 'x-api-key': gateway.fleet.addKey() };
  for (let i = 0; i < 3; i++) await fetch(gateway.url, { headers });
  await fetch(gateway.url);
  await fetch(gateway.url, {
    headers: { 'x-api-key': gateway.fleet.addKey({ status: 'revoked' }) },
  });

  const answer = await fetch(`${gateway.adminUrl}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const lines = (await answer.text()).split('\n');
  for (const line of [
    'decisions_total{code="valid"} 3',
    'decisions_total{code="unauthenticated"} 1',
    'decisions_total{code="revoked"} 1',
    'answer_seconds_count 5',
    'snapshot_version 7',
    'snapshot_age_seconds 1.5',
    'connected 1',
    'spooled_calls 4',
    'witness_size 12',
    'witness_alarm 0',
  ]) {
    expect(lines).toContain(`tollkeeper_gateway_${line}`);
  }
});

it.each([
  ['no HTTP', 'no HTTP at all\r\n\r\n', 400],
  ['a head that is too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('says what is wrong with %s', async (_, text, status) => {
  const { adminAddress } = await startTestGateway('http://127.0.0.1:9');
  const client = await connectRaw(adminAddress);
  client.send(text);
  const [head = '', body = ''] = (await client.closes()).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(JSON.parse(body)).toEqual({ fault: expect.any(String) });
});

it('is no part of what clients reach, and takes nothing but reading', async () => {
  const gateway = await startTestGateway('http://127.0.0.1:9');
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${gateway.adminUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${gateway.adminUrl}/other`)).status).toBe(404);
});
