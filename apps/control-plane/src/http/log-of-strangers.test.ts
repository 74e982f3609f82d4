import { type IncomingMessage, request } from 'node:http';
import { type Route, routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { visitor } from '../testing/sign-in.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../testing/test-app.ts';
import { AUTH_ENDPOINTS } from './auth-endpoints.ts';

/** Everything that anyone may call, and the addresses of the API that refuse a stranger. */
const ADDRESSES = [
  ...Object.values<Route>(routes).map(({ method, path }) => ({ method, path })),
  ...AUTH_ENDPOINTS.map(({ method, name }) => ({ method, path: `/api/auth/${name}` })),
].map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/g, 'x') }));
const POSTS = ADDRESSES.filter(({ method }) => method === 'POST');

const LINE_MAX = 2000;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  await claimServer(app);
});

beforeEach(() => {
  app.logged.splice(0);
});

function expectQuietLog(): void {
  for (const line of app.logged) {
    expect(line.length).toBeLessThan(LINE_MAX);
    expect(line.trimEnd()).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({ level: expect.toSatisfy((level) => level <= 30) });
  }
}

/** Announces more than it sends, and breaks off once the server has begun to read. */
function breakOff(path: string): Promise<void> {
  const sent = request(app.baseUrl + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': 1000,
      origin: app.baseUrl,
    },
  });
  sent.on('error', () => undefined);
  sent.write('{"token":"a');
  return new Promise((resolve) => {
    app.server.server.once('request', (received: IncomingMessage) => {
      received.socket.on('close', resolve);
      sent.destroy();
    });
  });
}

it('leaves no line for a body that its sender broke off', async () => {
  for (const { path } of POSTS) await breakOff(path);
  expect(app.logged).toEqual([]);
});

it('leaves short lines, none of them a warning, for whatever a stranger sends', async () => {
  const long = `line\nbreak \u001b[31m${'x'.repeat(40_000)}`;
  const client = visitor(app, `tollkeeper.session_token=${'y'.repeat(1000)}.z`);
  for (const { method, path } of ADDRESSES) {
    if (method === 'GET') {
      await client.get(`${path}?x=${'z'.repeat(5000)}`);
      continue;
    }
    const fields = ['token', 'name', 'email', 'password', 'code', 'response', 'scope', 'id'];
    await client.raw(
      method,
      path,
      JSON.stringify(Object.fromEntries(fields.map((name) => [name, long]))),
      { 'content-type': 'application/json', 'user-agent': 'x'.repeat(5000) },
    );
  }
  expectQuietLog();
});

it('leaves no warning for a wrong password, an unknown address or an invented passkey', async () => {
  const client = visitor(app);
  const { email } = OWNER;
  await client.post('/api/auth/sign-in/email', { email, password: 'not the password' });
  await client.post('/api/auth/sign-in/email', { email: 'nobody@example.com', password: 'wrong' });
  await client.post('/api/auth/sign-in/email', { email, password: 'x'.repeat(200) });
  const callbackURL = `https://example.org/${'x'.repeat(5000)}`;
  await client.post('/api/auth/sign-in/email', { email, password: 'wrong', callbackURL });
  await client.get('/api/auth/passkey/generate-authenticate-options');
  await client.post('/api/auth/passkey/verify-authentication', {
    response: { id: 'x', rawId: 'x', type: 'public-key', response: {} },
  });
  expectQuietLog();
});
