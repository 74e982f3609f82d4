import { expect, test } from 'vitest';
import { createApi } from '../testing/fake-api.ts';
import { awaitApproval, beginDeviceLogin, type DeviceLogin } from './device-login.ts';
import { createTransport } from './transport.ts';

const url = 'http://127.0.0.1:7420';
const LOGIN: DeviceLogin = {
  deviceCode: 'device',
  userCode: 'ABCD1234',
  link: `${url}/device?user_code=ABCD1234`,
  intervalS: 2,
  lifetimeS: 60,
};
const BEGUN = {
  device_code: LOGIN.deviceCode,
  user_code: LOGIN.userCode,
  verification_uri_complete: LOGIN.link,
  interval: 2,
  expires_in: 60,
};
const APPROVED = Response.json(
  {},
  { headers: { 'set-cookie': 'tollkeeper.session_token=a.b; Path=/; HttpOnly' } },
);

function state(name: string) {
  return Response.json({ code: 'device_login', detail: 'Pending.', state: name }, { status: 400 });
}

/** Answers of the server one by one, and how long was waited before each. */
async function wait(answers: readonly (Response | Error)[], login: Partial<DeviceLogin> = {}) {
  const api = createApi({ 'POST /api/auth/device/token': answers });
  const waitedS: number[] = [];
  const sleep = async (ms: number) => void waitedS.push(ms / 1000);
  const whole = { ...LOGIN, ...login };
  const outcome = await awaitApproval(createTransport(api.fetch), url, whole, sleep).catch(
    (error: unknown) => error,
  );
  return { outcome, waitedS, seen: api.seen };
}

test('waits between requests as long as the server says, and longer when it asks for that', async () => {
  const answers = [state('authorization_pending'), state('slow_down'), APPROVED];
  const { outcome, waitedS, seen } = await wait(answers);
  expect(outcome).toBe('tollkeeper.session_token=a.b');
  expect(waitedS).toEqual([2, 2, 7]);
  expect(seen[0]?.body).toEqual({
    client_id: 'tollkeeper-cli',
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: 'device',
  });
});

test.each([
  ['access_denied', /denied in the browser/],
  ['expired_token', /not approved in time/],
])('%s ends the wait with exit code 3', async (name, message) => {
  const { outcome, waitedS } = await wait([state(name), APPROVED]);
  expect(outcome).toMatchObject({ exitCode: 3, message: expect.stringMatching(message) });
  expect(waitedS).toHaveLength(1);
});

test('ends the wait by itself when the login is too old', async () => {
  const pending = Array.from({ length: 9 }, () => state('authorization_pending'));
  const { outcome, waitedS } = await wait(pending, { lifetimeS: 6 });
  expect(outcome).toMatchObject({ exitCode: 3 });
  expect(waitedS).toEqual([2, 2, 2]);
});

test('outlasts a server that restarts, asking ever more rarely', async () => {
  const broken = new TypeError('fetch failed');
  const { outcome, waitedS } = await wait([broken, broken, APPROVED]);
  expect(outcome).toBe('tollkeeper.session_token=a.b');
  expect(waitedS).toEqual([2, 4, 8]);
});

test('gives up a server that stays away', async () => {
  const broken = Array.from({ length: 9 }, () => new TypeError('fetch failed'));
  const { outcome } = await wait(broken, { lifetimeS: 600 });
  expect(outcome).toMatchObject({ exitCode: 8 });
});

test('begins as the client that the server knows', async () => {
  const api = createApi({ 'POST /api/auth/device/code': BEGUN });
  expect(await beginDeviceLogin(api.fetch, url)).toEqual(LOGIN);
  expect(api.seen[0]?.body).toEqual({ client_id: 'tollkeeper-cli' });
});

test.each(['file:///etc/passwd', 'javascript:alert(1)', '--help', ''])(
  'refuses a link that is no web page: %j',
  async (link) => {
    const begun = { ...BEGUN, verification_uri_complete: link };
    const api = createApi({ 'POST /api/auth/device/code': begun });
    await expect(beginDeviceLogin(api.fetch, url)).rejects.toMatchObject({ exitCode: 8 });
  },
);
