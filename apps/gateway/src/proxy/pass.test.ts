import { expect, it } from 'vitest';
import { startTestGateway, startUpstream } from '../testing/test-gateway.ts';

it('passes a request with a good key on, and its answer back', async () => {
  const upstream = await startUpstream((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (part) => {
      body += part;
    });
    req.on('end', () => {
      res.writeHead(201, 'Made', { 'x-from': 'upstream', 'set-cookie': ['a=1', 'b=2'] });
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body }));
    });
  });
  const gateway = await startTestGateway(upstream.url);
  const secret = gateway.fleet.addKey();

  const answer = await fetch(`${gateway.url}/some/path?a=b&c=%20`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'text/plain' },
    body: 'hello',
  });

  expect(answer.status).toBe(201);
  expect(answer.statusText).toBe('Made');
  expect(answer.headers.get('x-from')).toBe('upstream');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const seen = await answer.json();
  expect(seen).toMatchObject({
    method: 'POST',
    url: '/some/path?a=b&c=%20',
    body: 'hello',
    headers: {
      host: new URL(upstream.url).host,
      'content-type': 'text/plain',
      'content-length': '5',
      'x-tollkeeper-key-id': 'key_00000000000000000001',
      'x-tollkeeper-key-name': 'ci-pipeline',
      'x-tollkeeper-organization-id': 'org_1',
      'x-tollkeeper-member-id': 'mem_00000000000000000001',
      'x-tollkeeper-scopes': 'apis.call policies.read',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(gateway.url).host,
      'x-forwarded-proto': 'http',
    },
  });
  expect(JSON.stringify(seen)).not.toContain(secret);
  expect(gateway.fleet.counted).toEqual([
    { keyId: 'key_00000000000000000001', accepted: true, settled: true },
  ]);
});
