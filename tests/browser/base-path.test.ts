/** The dashboard below a path of a host that others share, behind a real nginx. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Route } from 'playwright-core';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  claimServer,
  OWNER,
  startTestApp,
  type TestApp,
} from '../../apps/control-plane/src/testing/test-app.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { answersOk, makeFolder, startProgram, untilReady } from '../processes/child-process.ts';
import { type Dashboard, openBrowser, PAGES } from './dashboard.ts';
import { fillSignIn } from './sign-in.ts';
import { openWindow } from './window.ts';

const NGINX = process.env.NGINX_PATH ?? 'nginx';
/** As people reach it, below the path. */
let dashboard: Dashboard;
/** As the proxy reaches it. */
let server: TestApp;
let port: number;

beforeAll(async () => {
  const browser = await openBrowser();
  port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}/keys`;
  server = await startTestApp({ baseUrl, dashboardDir: PAGES });
  await claimServer(server);
  dashboard = { baseUrl, browser };
});

it.each([
  ['takes the path out', '/'],
  ['leaves the path in', ''],
])('works behind a proxy that %s', async (_what, suffix) => {
  await startNginx(server.baseUrl + suffix);
  const { baseUrl } = dashboard;
  const page = await openWindow(dashboard);
  const strays: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${baseUrl}/`) && request.url() !== baseUrl)
      strays.push(request.url());
  });

  await page.goto(`${baseUrl}/`);
  await fillSignIn(page, OWNER.email, OWNER.password);
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
  expect(strays).toEqual([]);
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

async function startNginx(upstream: string): Promise<void> {
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
  onTestFinished(async () => void (await nginx.stop()));
  await untilReady(nginx, () => answersOk(`http://127.0.0.1:${port}/up`));
}
