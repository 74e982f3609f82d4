/** A page of another origin calls through the gateway of docs/examples/gateway/browser-app.yaml. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeAll } from '../../apps/gateway/src/testing/close-later.ts';
import { startExample } from '../../apps/gateway/src/testing/start-example.ts';
import { startUpstream, type TestGateway } from '../../apps/gateway/src/testing/test-gateway.ts';
import { openBrowser } from './dashboard.ts';
import { PATIENCE_MS } from './window.ts';

let page: Page;
let gateway: TestGateway;
/** Method and path of each request that reached the API. */
let seen: string[];

beforeEach(async () => {
  seen = [];
  const pages = await startUpstream((_, res) => res.end('<!doctype html><title>app</title>'));
  const api = await startUpstream((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    res.writeHead(200, { 'x-total-count': '3', 'x-hidden': '1' }).end('[1, 2, 3]');
  });
  gateway = await startExample('browser-app.yaml', {
    replaced: {
      'https://app.example.com': pages.url,
      'http://127.0.0.1:3000': api.url,
    },
  });
  page = await (await openBrowser()).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(pages.url);
});
afterEach(async () => {
  await page.close();
  await closeAll();
});

/** What the page can read of the answer. */
function call(key: string, from: Page = page) {
  return from.evaluate(
    async ([url, bearer]) => {
      const headers = { authorization: `Bearer ${bearer}`, 'x-request-id': '1' };
      try {
        const answer = await fetch(`${url}/api/reports`, { method: 'PUT', headers, body: '{}' });
        const { headers: read } = answer;
        const names = ['x-total-count', 'x-hidden', 'www-authenticate'];
        return [answer.status, names.map((name) => read.get(name)), await answer.json()];
      } catch (error) {
        return String(error);
      }
    },
    [gateway.url, key] as const,
  );
}

test('reads the answer, and the headers that the route exposes', async () => {
  expect(await call(gateway.fleet.addKey())).toEqual([200, ['3', null, null], [1, 2, 3]]);
  expect(seen).toEqual(['PUT /api/reports']);
});

test('reads why it was refused', async () => {
  const [status, headers, problem] = await call(gateway.fleet.addKey({ status: 'revoked' }));
  expect([status, headers]).toEqual([401, [null, null, 'Bearer realm="tollkeeper"']]);
  expect(problem).toMatchObject({ code: 'revoked' });
  expect(seen).toEqual([]);
});

test('sends nothing from an origin that the route does not name', async () => {
  const other = await startUpstream((_, res) => res.end('<!doctype html>'));
  await page.goto(other.url);
  expect(await call(gateway.fleet.addKey())).toContain('Failed to fetch');
  expect(seen).toEqual([]);
});
