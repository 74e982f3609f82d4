/** The dashboard below a path of a host that others share, behind a real nginx. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Route } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { claimServer, OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { answersOk, makeFolder, startProgram, untilReady } from '../processes/child-process.ts';
import { startControlPlane } from '../processes/control-plane.ts';
import { urlOf } from '../processes/pair.ts';
import { openBrowser } from './dashboard.ts';
import { PATIENCE_MS } from './window.ts';

const NGINX = process.env.NGINX_PATH ?? 'nginx';

it.each([
  ['takes the path out', '/'],
  ['leaves the path in', ''],
])('works behind a proxy that %s', async (_what, suffix) => {
  const [browser, port] = [await openBrowser(), await freePort()];
  const baseUrl = `http://127.0.0.1:${port}/keys`;
  const controlPlane = await startControlPlane({
    databaseUrl: urlOf(await createTestDatabase()),
    env: { TOLLKEEPER_BASE_URL: baseUrl },
  });
  await startNginx(port, controlPlane.baseUrl + suffix);
  await claimServer({ baseUrl });
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  onTestFinished(() => page.close());
  const strays: string[] = [];
  const failures: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${baseUrl}/`) && request.url() !== baseUrl)
      strays.push(request.url());
  });
  page.on('pageerror', (error) => failures.push(error.message));

  await page.goto(`${baseUrl}/`);
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'Members' }).click();
  await page.waitForURL(`${baseUrl}/members`);
  await page.reload();
  await page.getByText(OWNER.email).first().waitFor();
  const cookies = await page.context().cookies(baseUrl);
  expect(cookies.map(({ path }) => path)).toEqual(cookies.map(() => '/keys'));
  expect(await page.context().cookies(`http://127.0.0.1:${port}/other`)).toEqual([]);

  await page.route(`${baseUrl}/docs/json`, keepOneOperation);
  await page.getByRole('link', { name: 'API reference' }).click();
  await page.getByText('/v1/whoami').first().waitFor();
  await page.getByRole('link', { name: 'Back to the dashboard' }).click();
  await page.waitForURL(new RegExp(`^${baseUrl}/`));
  await page.getByRole('link', { name: 'Members' }).waitFor();

  expect((await page.goto(`${baseUrl}/nothing`))?.status()).toBe(404);
  expect({ strays, failures }).toEqual({ strays: [], failures: [] });
});

/** Of the server's own document: to show them all takes the browser half a minute. */
async function keepOneOperation(route: Route): Promise<void> {
  const response = await route.fetch();
  const { paths, components, ...document } = await response.json();
  const operations = { '/v1/whoami': paths['/v1/whoami'] };
  const { securitySchemes } = components;
  await route.fulfill({
    response,
    json: { ...document, paths: operations, components: { securitySchemes } },
  });
}

async function startNginx(port: number, upstream: string): Promise<void> {
  const folder = await makeFolder();
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${port};
    location = /up { return 200; }
    location /keys/ { proxy_pass ${upstream}; proxy_set_header Host $http_host; }
  }
}`,
  );
  const nginx = startProgram(NGINX, ['-c', config, '-p', folder], { PATH: process.env.PATH ?? '' });
  await untilReady(nginx, () => answersOk(`http://127.0.0.1:${port}/up`));
}
