import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readGatewayFile } from './read-gateway-file.ts';

const example = (name: string) =>
  readFile(new URL(`../../../../docs/examples/gateway/${name}`, import.meta.url), 'utf8');

it('takes the gateway.yaml of the documentation', async () => {
  const text = await example('gateway.yaml');
  const { routes } = readGatewayFile('gateway.yaml', text, { LLM_API_KEY: 'a' }).file;
  expect(routes?.map(({ path }) => path)).toEqual([
    '/',
    '/llm',
    '/orders',
    '/admin',
    '/healthz',
    '/app',
  ]);
});

it.each(['traefik.yaml', 'envoy.yaml'])('%s can be read', async (name) => {
  expect(parseDocument(await example(name)).errors).toEqual([]);
});

it('Envoy passes on what the gateway says in a refusal', async () => {
  const text = await example('envoy.yaml');
  const passed = text.slice(text.indexOf('allowed_client_headers:'));
  const patterns = [...passed.matchAll(/(exact|prefix): ([\w-]+)/g)];
  const isPassed = (name: string) =>
    patterns.some(
      ([, kind, text = '']) => name === text || (kind === 'prefix' && name.startsWith(text)),
    );
  const names = ['www-authenticate', 'content-type', 'vary', 'access-control-allow-origin'];
  const ofLimits = ['retry-after', 'ratelimit', 'ratelimit-policy'];
  expect([...names, ...ofLimits].filter((name) => !isPassed(name))).toEqual([]);
});

it('Envoy lets no client hide the method that the API may take', async () => {
  const text = await example('envoy.yaml');
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
    expect(text).toContain(`exact: ${name}\n`);
});

it('every example sets or drops each header that says whose call it is', async () => {
  const names = ['key-id', 'key-name', 'organization-id', 'member-id', 'workspace-id', 'scopes'];
  for (const file of ['nginx.conf', 'Caddyfile', 'envoy.yaml']) {
    const text = (await example(file)).toLowerCase();
    for (const name of names)
      expect([file, text]).toEqual([file, expect.stringContaining(`x-tollkeeper-${name}`)]);
  }
});
