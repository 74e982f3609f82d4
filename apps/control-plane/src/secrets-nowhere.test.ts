import { type Route, routes } from '@tollkeeper/contract';
import { hashSecret } from '@tollkeeper/verify';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiKeySecret, joinKey } from './db/schema/index.ts';
import type { Client } from './testing/client.ts';
import { joinWith } from './testing/fleet.ts';
import { CREATE_BODY } from './testing/key-changes.ts';
import { makeKey } from './testing/keys.ts';
import { choosePlan, claimedOrganization } from './testing/people.ts';
import { claimServer, OWNER, SETUP_TOKEN, startTestApp, type TestApp } from './testing/test-app.ts';
import { thingOf } from './testing/thing-of.ts';

let app: TestApp;
let owner: Client;
/** Every secret that was ever given out or typed, by what it is. */
const planted: Record<string, string> = { password: OWNER.password, token: SETUP_TOKEN };
const ids: Record<string, string> = {};
/** Every answer but those two that hold a secret on purpose. */
const answers: string[] = [];

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  const { workspaceId } = await claimedOrganization(app);
  const key = await makeKey(app, owner, {
    name: 'canary',
    scopes: ['api_keys.read', 'api_keys.create', 'api_keys.verify'],
  });
  planted.created = key.secret;
  const rotated = await owner.post<{ secret: string }>(`/v1/api-keys/${key.id}/rotate`, {
    graceSeconds: 3600,
  });
  planted.rotated = rotated.body.secret;
  const kept = { name: 'kept', profile: 'workspace', workspaceId };
  const again = () =>
    owner.post<{ id: string; secret?: string }>('/v1/api-keys', kept, { 'idempotency-key': 'k' });
  planted.idempotent = (await again()).body.secret ?? '';
  answers.push(JSON.stringify(await again()));
  const admit = () =>
    owner.post<{ id: string; secret?: string }>('/v1/join-keys', {}, { 'idempotency-key': 'j' });
  const admitting = await admit();
  planted.join = admitting.body.secret ?? '';
  answers.push(JSON.stringify(await admit()));
  const joined = await joinWith(app, planted.join);
  answers.push(JSON.stringify([joined.body, ...joined.headers]));
  Object.assign(ids, { 'api-keys': key.id, gateways: joined.body.gatewayId });
  await misuse(key.client, key.id);
  await misuseJoinKey(key.client, joined.body.gatewayId);
  await app.services.usage.flush();
});

/** Sends the secrets wherever they do not belong. */
async function misuse(client: Client, id: string): Promise<void> {
  const { created = '', rotated = '', password = '' } = planted;
  const body = { email: OWNER.email, password };
  for (const answer of [
    await client.get('/v1/usage'),
    await client.get(`/v1/api-keys/${created}`),
    await client.get(`/v1/api-keys?search=${created}`),
    await client.get(`/v1/api-keys?cursor=${created}`),
    await client.get(`/v1/whoami?key=${created}`),
    await client.get(`/nowhere/${created}`),
    await client.post('/v1/api-keys/verify', { key: created, scopes: ['audit.read'] }),
    await client.post('/v1/api-keys/verify', { key: `${created}${rotated}` }),
    await client.post('/v1/api-keys/verify', { key: created, ip: created }),
    await client.post('/v1/api-keys/verify', { key: { nested: created } }),
    await owner.post('/v1/api-keys', { name: created, profile: 'read-only' }),
    await owner.patch(`/v1/api-keys/${id}`, { name: `old ${rotated}` }),
    await owner.post(`/v1/api-keys/${id}/revoke`, { reason: `found ${rotated} in a commit` }),
    await owner.post('/v1/api-keys', CREATE_BODY, { 'idempotency-key': created }),
    await owner.post('/v1/api-keys', CREATE_BODY, { 'user-agent': `curl ${created}` }),
    await client.raw('POST', '/v1/api-keys', `{"name":"${created}`, {
      'content-type': 'application/json',
    }),
    await owner.post(`/v1/api-keys/${id}/disable`),
    await client.get('/v1/whoami'),
    await owner.post(`/v1/api-keys/${id}/enable`),
    await owner.post('/api/auth/sign-in/email', body),
    await owner.post('/api/auth/sign-in/email', { ...body, password: `${password}?` }),
    await owner.post('/v1/setup', { token: SETUP_TOKEN, ...OWNER, organizationName: 'Again' }),
    await owner.raw('GET', '/v1/whoami', undefined, { authorization: `Basic ${created}` }),
    await owner.raw('GET', '/v1/whoami', undefined, { 'x-organization-id': created }),
    await owner.raw('POST', '/v1/api-keys', created, { 'content-type': created }),
  ]) {
    answers.push(JSON.stringify([answer.body, ...answer.headers]));
  }
}

async function misuseJoinKey(client: Client, gatewayId: string): Promise<void> {
  const { join = '' } = planted;
  for (const answer of [
    await joinWith(app, join),
    await joinWith(app, `${join}0`),
    await joinWith(app, join, { name: join }),
    await joinWith(app, join, { softwareVersion: join }),
    await joinWith(app, join, { publicKey: join }),
    await joinWith(app, '', { [join]: join }),
    await client.get(`/v1/join-keys/${join}`),
    await client.get(`/v1/gateways?cursor=${join}`),
    await client.post('/v1/api-keys/verify', { key: join }),
    await owner.delete(`/v1/join-keys/${join}`),
    await owner.post('/v1/join-keys', { name: join }),
    await owner.post('/v1/join-keys', { labels: { region: join } }),
    await owner.patch(`/v1/gateways/${gatewayId}`, { name: `from ${join}` }),
    await owner.patch(`/v1/gateways/${gatewayId}`, { labels: { [join]: join } }),
    await owner.raw('GET', '/v1/gateways', undefined, { authorization: `Bearer ${join}` }),
    await owner.raw('GET', '/v1/gateways', undefined, { 'user-agent': `gateway ${join}` }),
  ]) {
    expect(answer.status).toBeLessThan(500);
    answers.push(JSON.stringify([answer.body, ...answer.headers]));
  }
}

function found(text: string): string[] {
  return Object.entries(planted)
    .filter(([, secret]) => secret !== '' && text.includes(secret))
    .map(([what]) => what);
}

describe('the text of a secret', () => {
  it('was planted, and is known by its hash alone', async () => {
    for (const what of ['created', 'rotated', 'idempotent']) {
      const hash = Buffer.from(hashSecret(planted[what] ?? ''));
      expect(await app.services.db.$count(apiKeySecret, sql`${apiKeySecret.hash} = ${hash}`)).toBe(
        1,
      );
    }
    const hash = Buffer.from(hashSecret(planted.join ?? ''));
    expect(await app.services.db.$count(joinKey, sql`${joinKey.hash} = ${hash}`)).toBe(1);
  });

  it('is in no column of any table', async () => {
    const { rows } = await app.services.db.execute<{
      schema: string;
      table: string;
      column: string;
    }>(
      sql`select c.table_schema as schema, c.table_name as table, c.column_name as column
          from information_schema.columns c join information_schema.tables t
            using (table_schema, table_name)
          where t.table_type = 'BASE TABLE'
            and c.table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(rows.length).toBeGreaterThan(80);
    const columns = rows.map(({ schema, table, column }) => {
      const name = sql`${sql.identifier(schema)}.${sql.identifier(table)}`;
      const where = `${schema}.${table}.${column}`;
      // Bytes as they are, and as the text that they may be.
      return sql`select ${where}::text as place, string_agg(${sql.identifier(column)}::text || ' ' ||
        encode(decode(case when ${sql.identifier(column)}::text like '\\\\x%' then
        substr(${sql.identifier(column)}::text, 3) else '' end, 'hex'), 'escape'), ' ') as text
        from ${name}`;
    });
    const { rows: contents } = await app.services.db.execute<{
      place: string;
      text: string | null;
    }>(sql.join(columns, sql` union all `));
    expect(contents.filter(({ text }) => text !== null).length).toBeGreaterThan(40);
    const places = contents.flatMap(({ place, text }) =>
      found(text ?? '').map((what) => [place, what]),
    );
    expect(places).toEqual([]);
  });

  it('is in no line of the log, nor is the cookie of a session', () => {
    planted.session = /=([^.;%]{20,})/.exec(owner.headers.cookie ?? '')?.[1] ?? '';
    expect(planted.session).not.toBe('');
    expect(app.logged.length).toBeGreaterThan(0);
    expect(app.logged.filter((line) => found(line).length > 0)).toEqual([]);
  });

  it('is in no answer, be it an error, a header or a replay', () => {
    expect(answers.filter((text) => found(text).length > 0)).toEqual([]);
  });

  it('is in the answer of no GET', async () => {
    const reading = Object.values<Route>(routes).filter(({ method }) => method === 'GET');
    let ok = 0;
    for (const { path } of reading) {
      const answer = await owner.get(path.replace(/\{\w+\}/g, ids[thingOf(path)] ?? ''));
      if (answer.status === 200) ok += 1;
      expect(found(JSON.stringify([answer.body, ...answer.headers])), path).toEqual([]);
    }
    expect(ok).toBeGreaterThan(8);
    for (const path of ['/openapi.json', '/docs', '/healthz', '/readyz']) {
      expect(found(JSON.stringify((await owner.get(path)).body)), path).toEqual([]);
    }
  });
});
