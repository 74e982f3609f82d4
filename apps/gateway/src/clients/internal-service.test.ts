import { scopeSet } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { startExample } from '../testing/start-example.ts';
import { startUpstream } from '../testing/test-gateway.ts';

it('docs/examples/gateway/internal-service.yaml asks for a key, a scope, or neither', async () => {
  const upstream = await startUpstream((req, res) => {
    res.end(`${req.method} ${req.url} by ${req.headers['x-tollkeeper-key-name']}`);
  });
  const gateway = await startExample('internal-service.yaml', {
    replaced: { 'http://127.0.0.1:3000': upstream.url },
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(gateway.url + path, init);
    return answer.ok ? answer.text() : answer.status;
  };
  const headers = {
    'x-api-key': gateway.fleet.addKey({ scopes: scopeSet(['apis.call', 'policies.read']) }),
  };
  expect(await ask('/healthz')).toBe('GET /healthz by undefined');
  const event = { method: 'POST', body: '{}' };
  expect(await ask('/webhooks/billing', event)).toBe('POST /webhooks/billing by undefined');
  expect(await ask('/webhooks', { method: 'POST', body: 'x'.repeat(1_048_577) })).toBe(413);
  expect(await ask('/reports')).toBe(401);
  expect(await ask('/reports', { headers })).toBe('GET /reports by ci-pipeline');
  expect(await ask('/admin', { headers })).toBe(403);
});
