import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GatewayProblem, gatewayProblem } from '@tollkeeper/contract';
import { expect, it, onTestFinished } from 'vitest';
import { createClient } from './client.ts';

it('takes the denial of a gateway in front of the control plane for what it is', async () => {
  const { error, ...problem } = gatewayProblem.parse({
    type: 'about:blank',
    title: 'Revoked',
    status: 401,
    code: 'revoked',
    detail: 'The API key was revoked.',
    requestId: 'req_1',
    error: { message: 'The API key was revoked.', type: 'authentication_error', code: 'revoked' },
  } satisfies GatewayProblem);
  const gateway = createServer((_, res) => {
    res.writeHead(401, { 'content-type': 'application/problem+json' });
    res.end(JSON.stringify({ ...problem, error }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void gateway.close());
  await once(gateway, 'listening');
  const { port } = gateway.address() as AddressInfo;
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` });
  await expect(client.whoami({})).rejects.toMatchObject({ problem });
});
