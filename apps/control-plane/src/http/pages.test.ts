import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DASHBOARD_PATHS } from '@tollkeeper/contract';
import { FLEET_PATH } from '@tollkeeper/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../testing/client.ts';
import { OWNER, SETUP_TOKEN, startTestApp, type TestApp } from '../testing/test-app.ts';

const BASE = '/team/keys';
const INDEX =
  '<head><meta name="base-path" content="" /><script src="./assets/main-1.js"></script></head>';

let plain: TestApp;
let below: TestApp;

beforeAll(async () => {
  const dashboardDir = await mkdtemp(join(tmpdir(), 'tollkeeper-pages-'));
  await mkdir(join(dashboardDir, 'assets'));
  await writeFile(join(dashboardDir, 'index.html'), INDEX);
  await writeFile(join(dashboardDir, 'assets', 'main-1.js'), 'export {};');
  await writeFile(join(dashboardDir, 'theme.js'), 'export {};');
  plain = await startTestApp({ dashboardDir });
  below = await startTestApp({ dashboardDir, baseUrl: `http://127.0.0.1${BASE}` });
  return () => rm(dashboardDir, { recursive: true });
});

function get(app: TestApp, path: string, accept: string) {
  return fetch(app.baseUrl + path, { headers: { accept } });
}

describe('an address of the server', () => {
  const known = DASHBOARD_PATHS.map((path) => path.replace('$id', 'key_7dQx0mJ2vK4tR9sZ1aBc'));
  it.each(known)('is a page of the dashboard: %s', async (path) => {
    for (const accept of ['text/html', '*/*']) {
      const answer = await get(plain, path, accept);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/html');
    }
  });

  const unknown = [
    '/nothing',
    '/api-keys/a/b',
    '/sign-in/x',
    '/index.php',
    '/%2e%2e/x',
    '/Members',
  ];
  it.each(unknown)(
    'is of nothing, a page for people and a problem for programs: %s',
    async (path) => {
      const page = await get(plain, path, 'text/html,*/*;q=0.8');
      expect(page.status).toBe(404);
      expect(await page.text()).toContain('main-1.js');
      const answer = await get(plain, path, '*/*');
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    },
  );

  it.each(['/v1/nothing', '/api/auth/nothing', '/assets/nothing.js'])(
    'is never a page: %s',
    async (path) => {
      const answer = await get(plain, path, 'text/html');
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    },
  );

  it('of an over-long id is of nothing, not of another method', async () => {
    const { status, problem } = await createClient(plain.baseUrl, {}).get(
      `/v1/api-keys/${'k'.repeat(200)}`,
    );
    expect({ status, code: problem.code }).toEqual({ status: 404, code: 'not_found' });
  });
});

it.each([
  ['/assets/main-1.js', 'public, max-age=31536000, immutable'],
  ['/theme.js', 'public, max-age=0'],
  ['/members', 'no-cache'],
])(
  'lets a browser keep a file for as long as its name stands for its content: %s',
  async (path, kept) => {
    const { headers } = await get(plain, path, '*/*');
    expect(headers.get('cache-control')).toBe(kept);
  },
);

describe('below the path of the base URL', () => {
  it.each([BASE, ''])('pages, files and the API answer, at "%s"', async (prefix) => {
    const page = await get(below, `${prefix}/api-keys`, 'text/html');
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain(`content="${BASE}"`);
    expect(html).toContain(`src="${BASE}/assets/main-1.js"`);
    for (const path of ['/assets/main-1.js', '/healthz', '/openapi.json', '/docs', '/v1/setup']) {
      expect((await get(below, prefix + path, '*/*')).status, path).toBe(200);
    }
  });

  it('the bare path is the first page, and only a whole segment is taken for it', async () => {
    expect((await get(below, BASE, 'text/html')).status).toBe(200);
    expect((await get(below, `${BASE}?a=1`, 'text/html')).status).toBe(200);
    expect((await get(below, `${BASE}x/api-keys`, 'text/html')).status).toBe(404);
    expect((await get(below, `${BASE}${BASE}/api-keys`, 'text/html')).status).toBe(404);
  });

  it('cookies hold there and nowhere else, and a session works', async () => {
    const at = below.baseUrl + BASE;
    const claimed = await createClient(at, {}).post('/v1/setup', {
      ...{ token: SETUP_TOKEN, ...OWNER, organizationName: 'Acme' },
    });
    expect(claimed.status).toBe(201);
    const cookies = claimed.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie).toMatch(new RegExp(`; Path=${BASE}(;|$)`));
    const cookie = cookies.map((each) => each.split(';', 1)[0]).join('; ');
    const client = createClient(at, { cookie, origin: below.baseUrl });
    expect((await client.get('/v1/whoami')).status).toBe(200);
    expect((await client.get('/api/auth/get-session')).body).toMatchObject({ user: {} });
    const device = await client.post('/api/auth/device/code', { client_id: 'tollkeeper-cli' });
    expect(device.body).toMatchObject({ verification_uri: `http://127.0.0.1${BASE}/device` });
    expect((await client.post('/api/auth/sign-out', {})).status).toBe(200);
  });

  it.each([BASE, ''])('gateways connect, at "%s"', async (prefix) => {
    const socket = new WebSocket(`${below.baseUrl.replace('http', 'ws')}${prefix}${FLEET_PATH}`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
  });

  it('the document names it', async () => {
    const { body } = await createClient(below.baseUrl, {}).get<object>('/openapi.json');
    expect(body).toMatchObject({ servers: [{ url: `http://127.0.0.1${BASE}` }] });
  });
});

describe('GET /docs', () => {
  it.each([
    ['', ''],
    ['below the path of the base URL', BASE],
  ])('fits a small screen, has a dark theme, and leads back %s', async (_where, base) => {
    const app = base ? below : plain;
    const html = await (await get(app, `${base}/docs`, 'text/html')).text();
    expect(html).toContain('name="viewport" content="width=device-width');
    expect(html).toContain(`<a href="${base}/">Back to the dashboard</a>`);
    const [, style] = /href="([^"]+tollkeeper\.css)"/.exec(html) ?? [];
    const css = await (await get(app, style ?? '/none', '*/*')).text();
    expect(css).toContain('prefers-color-scheme: dark');
  });
});
