/** A control plane with an organization as one might find it, for pictures of its pages. */

import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiKeyWithSecret, InvitationWithLink } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { type App, createApp } from '../apps/control-plane/src/app.ts';
import { openDatabase } from '../apps/control-plane/src/db/open-database.ts';
import { createLog } from '../apps/control-plane/src/log.ts';
import { type Client, createClient } from '../apps/control-plane/src/testing/client.ts';
import { fillSampleFleet } from './sample-fleet.ts';

const DASHBOARD = fileURLToPath(new URL('../apps/dashboard/dist', import.meta.url));
const SETUP_TOKEN = 'a-token-for-pictures';
const OWNER = {
  name: 'Ada Lovelace',
  email: 'ada@acme.example',
  password: 'a password for pictures',
  organizationName: 'Acme',
};

export async function startSampleServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'tollkeeper-pictures-'));
  const database = await openDatabase({ databaseUrl: undefined, dataDir }, () => {}, 'screenshots');
  const app = await createApp({
    database: database.config,
    baseUrl: 'http://127.0.0.1',
    secret: 'a secret that signs the sessions of pictures',
    setupToken: SETUP_TOKEN,
    trustedProxies: [],
    mail: null,
    witnesses: [],
    githubKeys: null,
    webhookAllowance: { hosts: new Set(), ranges: [] },
    billing: { provider: 'manual', planChanges: 'request', operatorEmail: null, stripe: null },
    dashboardDir: DASHBOARD,
    version: '0.0.0-pictures',
    log: createLog('silent'),
    clock: () => new Date(),
  });
  await app.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const cookies = await claim(baseUrl);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const owner = createClient(baseUrl, { cookie, origin: baseUrl });
  const keyId = await fillSampleOrganization(app, owner);
  return { baseUrl, cookies, keyId, close: () => close(app, database, dataDir) };
}

/** @returns the owner's session, as a browser takes it */
async function claim(baseUrl: string) {
  const { headers } = await createClient(baseUrl, {}).post('/v1/setup', {
    token: SETUP_TOKEN,
    ...OWNER,
  });
  return headers.getSetCookie().map((each) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
    return { name, value, url: baseUrl };
  });
}

async function close(
  app: App,
  database: Awaited<ReturnType<typeof openDatabase>>,
  dataDir: string,
): Promise<void> {
  await app.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
}

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** Members, workspaces, keys, a day of calls, and a fleet. @returns the id of a key worth a picture */
async function fillSampleOrganization(app: App, owner: Client): Promise<string> {
  const { db } = app.services;
  await db.execute(sql`update organization set plan = 'pro'`);
  await db.execute(sql`update workspace set name = 'production'`);
  await owner.post('/v1/workspaces', { name: 'staging', environment: 'test' });
  const baseUrl = owner.headers.origin ?? '';
  const colleagues = {
    grace: await joinByInvitation(baseUrl, owner, 'Grace Hopper', 'role_admin'),
    alan: await joinByInvitation(baseUrl, owner, 'Alan Turing', 'role_developer'),
  };
  await owner.post('/v1/invitations', { email: 'margaret@acme.example', roleId: 'role_viewer' });

  const workspaces = await owner.get<{ data: { id: string; name: string }[] }>('/v1/workspaces');
  const workspaceId = workspaces.body.data.find(({ name }) => name === 'production')?.id;
  let shown = '';
  for (const sample of SAMPLE_KEYS) {
    const id = await createSampleKey(
      sample.by ? colleagues[sample.by] : owner,
      sample,
      workspaceId,
    );
    await age(app, id, sample);
    if (sample.name === 'production-gateway') shown = id;
  }
  if (workspaceId) await fillSampleFleet(app, owner, workspaceId);
  return shown;
}

/** @returns the session of the new member */
async function joinByInvitation(
  baseUrl: string,
  owner: Client,
  name: string,
  roleId: string,
): Promise<Client> {
  const email = `${name.toLowerCase().split(' ')[0]}@acme.example`;
  const invited = await owner.post<InvitationWithLink>('/v1/invitations', { email, roleId });
  const token = new URL(invited.body.link ?? '').hash.replace('#token=', '');
  const body = { token, name, password: 'a password for pictures' };
  const stranger = createClient(baseUrl, { origin: baseUrl });
  const { headers } = await stranger.post('/v1/invitations/accept', body);
  const cookie = headers.getSetCookie().map((each) => each.split(';', 1)[0]);
  return createClient(baseUrl, { origin: baseUrl, cookie: cookie.join('; ') });
}

async function createSampleKey(
  creator: Client,
  { name, profile, livesDays, ageDays, end }: SampleKey,
  workspaceId: string | undefined,
): Promise<string> {
  const left = livesDays === null ? null : (livesDays - ageDays) * DAY_MINUTES * 60_000;
  const answer = await creator.post<ApiKeyWithSecret>('/v1/api-keys', {
    name,
    profile,
    workspaceId: profile === 'workspace' ? workspaceId : null,
    expiresAt: left === null ? null : new Date(Date.now() + left).toISOString(),
  });
  if (answer.status !== 201) throw new Error(`No key "${name}": ${answer.problem.detail}`);
  if (end) await creator.post(`/v1/api-keys/${answer.body.id}/${end}`, {});
  return answer.body.id;
}

/** Makes the key as old as it is said to be, and gives it a day of calls behind it. */
async function age(app: App, id: string, { ageDays, busy, end }: SampleKey): Promise<void> {
  const { db } = app.services;
  await db.execute(sql`update api_key set
    created_at = now() - ${`${ageDays} days`}::interval,
    last_used_at = case when ${busy} > 0
      then now() - ${`${end ? 5 * HOUR_MINUTES : 40 / busy} minutes`}::interval end
    where id = ${id}`);
  const calls = Array.from({ length: DAY_MINUTES }, (_, minutesAgo) => ({
    minutesAgo,
    accepted: end && minutesAgo < 5 * HOUR_MINUTES ? 0 : Math.round(busy * tide(minutesAgo)),
    denied: end && minutesAgo < 5 * HOUR_MINUTES ? 1 : 0,
  })).filter(({ accepted, denied }) => busy > 0 && accepted + denied > 0);
  const rows = JSON.stringify(calls);
  const minute = sql`date_trunc('minute', now()) - r."minutesAgo" * interval '1 minute'`;
  await db.execute(sql`insert into key_usage
    select k.organization_id, k.id, ${minute}, r.accepted, r.denied
    from api_key k, jsonb_to_recordset(${rows}::jsonb)
      as r("minutesAgo" int, accepted int, denied int) where k.id = ${id}`);
  await db.execute(sql`insert into organization_usage as u
    select k.organization_id, k.member_id, coalesce(k.workspace_id, ''), ${minute}, r.accepted, r.denied
    from api_key k, jsonb_to_recordset(${rows}::jsonb)
      as r("minutesAgo" int, accepted int, denied int) where k.id = ${id}
    on conflict (organization_id, minute, member_id, workspace_id) do update
      set accepted = u.accepted + excluded.accepted, denied = u.denied + excluded.denied`);
  await db.execute(sql`update key_total set last_call_at = now() - interval '70 seconds'`);
}

/** How busy it was then, from 0 to 1: a working day, with some unrest that is always the same. */
function tide(minutesAgo: number): number {
  const hour = 24 - minutesAgo / HOUR_MINUTES;
  const day = 0.5 - 0.5 * Math.cos((hour / 24) * 2 * Math.PI + 0.9);
  const unrest = 0.75 + 0.25 * Math.sin(minutesAgo / 37) * Math.cos(minutesAgo / 11);
  return (0.12 + 0.88 * day ** 1.6) * unrest;
}

interface SampleKey {
  readonly name: string;
  readonly profile: 'workspace' | 'organization' | 'read-only';
  readonly ageDays: number;
  readonly livesDays: number | null;
  /** Calls a minute at the busiest time of the day; 0 was never used. */
  readonly busy: number;
  readonly end?: 'disable' | 'revoke';
  /** Made by that colleague; else by the owner. */
  readonly by?: 'grace' | 'alan';
}

/** Oldest first. */
const SAMPLE_KEYS: readonly SampleKey[] = [
  {
    name: 'legacy-importer',
    profile: 'read-only',
    ageDays: 160,
    livesDays: null,
    busy: 0,
    end: 'revoke',
  },
  { name: 'billing-export', profile: 'read-only', ageDays: 121, livesDays: 365, busy: 1 },
  {
    name: 'staging-gateway',
    profile: 'workspace',
    ageDays: 97,
    livesDays: 365,
    busy: 9,
    by: 'grace',
  },
  {
    name: 'production-gateway',
    profile: 'workspace',
    ageDays: 88,
    livesDays: 365,
    busy: 34,
    by: 'grace',
  },
  { name: 'terraform', profile: 'organization', ageDays: 61, livesDays: 90, busy: 2 },
  {
    name: 'nightly-audit',
    profile: 'read-only',
    ageDays: 45,
    livesDays: null,
    busy: 1,
    by: 'grace',
  },
  { name: 'grafana-dashboards', profile: 'read-only', ageDays: 38, livesDays: null, busy: 5 },
  { name: 'ci-pipeline', profile: 'workspace', ageDays: 25, livesDays: 30, busy: 14 },
  {
    name: 'load-test',
    profile: 'workspace',
    ageDays: 12,
    livesDays: 90,
    busy: 6,
    end: 'disable',
    by: 'alan',
  },
  { name: 'cursor-dev', profile: 'workspace', ageDays: 3, livesDays: 90, busy: 3, by: 'alan' },
];
