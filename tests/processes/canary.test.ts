import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import {
  claimServer,
  OWNER,
  SETUP_TOKEN,
  withKey,
} from '../../apps/control-plane/src/testing/test-app.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { change, createKey } from './keys.ts';

const WRONG_PASSWORD = 'wrong horse battery';

it('leaves no secret, password or token in any log or in any byte of the data folder', async () => {
  const controlPlane = await startControlPlane({ env: { LOG_LEVEL: 'trace' } });
  const owner = await claimServer(controlPlane);
  const key = await createKey(owner, 'canary');
  const rotated = await change(owner, key, 'rotate', { graceSeconds: 60 });
  const secrets = [key.secret, rotated.body.secret ?? ''];

  await signIn(controlPlane, WRONG_PASSWORD, secrets[0]);
  await signIn(controlPlane, OWNER.password, secrets[1]);
  for (const secret of secrets) {
    for (const client of [owner, withKey(controlPlane, secret)]) {
      for (const text of await misplace(client, secret)) expect(text).not.toContain(secret);
    }
    await change(owner, key, 'disable');
    expect((await withKey(controlPlane, secret).get('/v1/whoami')).status).toBe(401);
    await change(owner, key, 'enable');
  }
  const exit = await controlPlane.stop();

  expect(exit).toEqual({ code: 0, signal: null });
  const output = controlPlane
    .stdout()
    .split('\n')
    .filter((line) => !line.includes('/setup#token='));
  const places = new Map([
    ['stdout', Buffer.from(output.join('\n'))],
    ['stderr', Buffer.from(controlPlane.stderr())],
    ...filesBelow(controlPlane.dataDir),
  ]);
  const hidden = [...secrets, OWNER.password, WRONG_PASSWORD, SETUP_TOKEN];
  const found = [...places].flatMap(([place, bytes]) =>
    hidden.filter((text) => bytes.includes(text)).map((text) => `${text} in ${place}`),
  );
  expect(found).toEqual([]);
  // The search itself: it finds what is there.
  expect([...places.values()].some((bytes) => bytes.includes(OWNER.email))).toBe(true);
  expect([...places.keys()].some((place) => place.includes('pg_wal'))).toBe(true);
  expect(places.has(join(controlPlane.dataDir, 'postgres/run/postgres.log'))).toBe(true);
});

async function signIn({ baseUrl }: ControlPlane, password: string, agent = ''): Promise<void> {
  await fetch(`${baseUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl, 'user-agent': agent },
    body: JSON.stringify({ email: OWNER.email, password }),
  });
}

/** Sends the secret wherever a client could put it by mistake; gives what was answered. */
async function misplace(client: Client, secret: string): Promise<string[]> {
  const json = { 'content-type': 'application/json' };
  const name = `canary ${secret}`;
  const [created, id] = [{ name: 'fine', profile: 'read-only' }, secret.slice(8, 28)];
  const posts: [path: string, body: unknown, headers?: Record<string, string>][] = [
    ['/v1/api-keys', { ...created, name }],
    ['/v1/api-keys', { ...created, [secret]: secret }],
    ['/v1/api-keys', { ...created, profile: secret }],
    ['/v1/api-keys', { ...created, profile: 'custom', scopes: [secret] }],
    ['/v1/api-keys', { ...created, allowedIps: [secret] }],
    ['/v1/api-keys', { ...created, expiresAt: secret }],
    ['/v1/api-keys', created, { 'idempotency-key': secret }],
    ['/v1/api-keys', created, { 'user-agent': `curl ${'x'.repeat(220)} ${secret}` }],
    ['/v1/api-keys', created, { 'x-api-key': secret, 'x-request-id': secret, referer: secret }],
    ['/v1/api-keys', created, { 'x-organization-id': secret, 'x-forwarded-for': secret }],
    ['/v1/api-keys/verify', { key: secret }],
    ['/v1/api-keys/verify', { key: `${secret}x`, ip: secret }],
    [`/v1/api-keys/key_${id}/revoke`, { reason: name }],
    [`/v1/api-keys/${secret}/disable`, {}],
    ['/v1/setup', { token: SETUP_TOKEN, name, email: secret, password: secret }],
    [`/v1/nothing/${secret}`, { [secret]: 1 }],
    [`/api/auth/sign-in/email?token=${secret}`, { email: secret, password: secret }],
  ];
  const answers = [
    ...posts.map(([path, body, headers]) => client.post(path, body, headers)),
    ...[`/v1/api-keys/${secret}`, `/v1/api-keys?search=${secret}`, `/v1/api-keys?cursor=${secret}`]
      .concat([`/${secret}`, `/v1/whoami?key=${secret}`, `/v1/%zz${secret}`, `/docs/${secret}`])
      .map((path) => client.get(path)),
    client.patch(`/v1/api-keys/${secret}`, { name }),
    client.raw('POST', '/v1/api-keys', `{"name": "${secret}`, json),
    client.raw('POST', '/v1/api-keys', secret, { 'content-type': secret.slice(0, 8) }),
  ];
  const settled = await Promise.all(answers);
  // Those of the plan's limit aside, some succeed: they are what writes to the audit log.
  expect(settled.every(({ status }) => status < 500)).toBe(true);
  return settled.map(({ body }) => JSON.stringify(body));
}

function filesBelow(folder: string): [path: string, bytes: Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path)]);
}
