import { expect, test } from 'vitest';
import { createApi, IDENTITY, SECRET } from '../testing/fake-api.ts';
import { createCliContext, createHome } from '../testing/run-command.ts';
import { connect, isSentInClear, parseServerUrl } from './connect.ts';
import { storeCredentials } from './credentials.ts';

const stored = { kind: 'session', url: 'http://127.0.0.1:7420', cookie: 'session=1' } as const;

async function headersSent(env: Record<string, string>) {
  await using home = await createHome();
  const api = createApi({ 'GET /v1/whoami': IDENTITY });
  const { ctx } = createCliContext(home.homeFolder, { env, fetch: api.fetch });
  await storeCredentials(ctx, stored);
  const { client, url } = await connect(ctx);
  await client.whoami();
  return { url, headers: api.seen[0]?.headers };
}

test('a session sends its cookie with the origin of its server', async () => {
  const { headers } = await headersSent({});
  expect(headers?.get('cookie')).toBe('session=1');
  expect(headers?.get('origin')).toBe('http://127.0.0.1:7420');
});

test('TOLLKEEPER_API_KEY takes the place of the stored session', async () => {
  const { url, headers } = await headersSent({ TOLLKEEPER_API_KEY: SECRET });
  expect(url).toBe(stored.url);
  expect(headers?.get('authorization')).toBe(`Bearer ${SECRET}`);
  expect(headers?.get('cookie')).toBeNull();
});

test('a stored credential is never sent to another server', async () => {
  const elsewhere = headersSent({ TOLLKEEPER_URL: 'https://elsewhere.example' });
  await expect(elsewhere).rejects.toThrow(
    'You are not signed in to https://elsewhere.example. Run "tollkeeper login --url https://elsewhere.example"',
  );
});

test('a key that cannot stand in a header is refused without being repeated', async () => {
  const refused = headersSent({ TOLLKEEPER_API_KEY: `${SECRET}\nX-Evil: 1` });
  await expect(refused).rejects.toThrow(/^TOLLKEEPER_API_KEY is not an API key/);
  await expect(refused).rejects.not.toThrow(SECRET);
});

const organization = `org_${'7'.repeat(20)}`;

test('a session names the organization that was chosen, and else none', async () => {
  const chosen = await headersSent({ TOLLKEEPER_ORGANIZATION: organization });
  expect(chosen.headers?.get('x-organization-id')).toBe(organization);
  expect((await headersSent({})).headers?.get('x-organization-id')).toBeNull();
});

test('an API key is not used for another organization than its own', async () => {
  const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_ORGANIZATION: organization };
  await expect(headersSent(env)).rejects.toThrow(/^An API key acts in its own organization only/);
});

test('what is no id of an organization is sent to nobody', async () => {
  const env = { TOLLKEEPER_ORGANIZATION: `${organization}\nX-Evil: 1` };
  await expect(headersSent(env)).rejects.toMatchObject({ exitCode: 2 });
});

test.each([
  ['http://127.0.0.1:7420/', 'http://127.0.0.1:7420'],
  ['https://keys.example.com/tollkeeper/', 'https://keys.example.com/tollkeeper'],
])('takes %s as %s', (text, url) => {
  expect(parseServerUrl(text, '--url')).toBe(url);
});

test.each(['', 'keys.example.com', 'ftp://h', 'http://ada:pw@h', 'http://h?x=1', 'http://h#x'])(
  'refuses %j as a server and does not repeat it',
  (text) => {
    expect(() => parseServerUrl(text, '--url')).toThrow(/^--url is not the address of a server/);
  },
);

test('warns of plain http except on this machine', () => {
  expect(isSentInClear('http://keys.example.com')).toBe(true);
  expect(isSentInClear('https://keys.example.com')).toBe(false);
  expect(isSentInClear('http://localhost:7420')).toBe(false);
  expect(isSentInClear('http://[::1]:7420')).toBe(false);
});
