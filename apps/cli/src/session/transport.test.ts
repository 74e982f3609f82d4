import { expect, test } from 'vitest';
import { EXIT } from '../failure.ts';
import { createApi } from '../testing/fake-api.ts';
import { createTransport } from './transport.ts';

const url = 'http://127.0.0.1:7420/v1/api-keys';
const broken = new TypeError('fetch failed', {
  cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
});

test('asks a second time with the same Idempotency-Key after a network failure', async () => {
  const api = createApi({ 'POST /v1/api-keys': [broken, { made: true }] });
  const response = await createTransport(api.fetch)(url, {
    method: 'POST',
    headers: { 'idempotency-key': 'one' },
  });
  expect(await response.json()).toEqual({ made: true });
  expect(api.seen.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['one', 'one']);
});

test('asks a second time for what only reads, and no third time', async () => {
  const api = createApi({ 'GET /v1/api-keys': [broken, broken, {}] });
  await expect(createTransport(api.fetch)(url)).rejects.toMatchObject({
    exitCode: EXIT.unreachable,
    message: expect.stringContaining('Cannot reach http://127.0.0.1:7420: the connection broke.'),
  });
  expect(api.seen).toHaveLength(2);
});

test('never repeats a change that the server could take twice', async () => {
  const api = createApi({ 'POST /v1/api-keys': [broken, {}] });
  const ask = createTransport(api.fetch)(url, { method: 'POST' });
  await expect(ask).rejects.toMatchObject({ exitCode: EXIT.unreachable });
  expect(api.seen).toHaveLength(1);
});

test('follows no redirect, so that a credential goes to the server it is for', async () => {
  const location = 'http://127.0.0.1:9/elsewhere';
  const moved = new Response(null, { status: 307, headers: { location } });
  const api = createApi({ 'GET /v1/api-keys': moved });
  const modes: unknown[] = [];
  const response = await createTransport((input, init) => {
    modes.push(init?.redirect);
    return api.fetch(input, init);
  })(url);
  expect(response.status).toBe(307);
  expect(modes).toEqual(['manual']);
});
