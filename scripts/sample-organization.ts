import type { ApiKeyWithSecret, InvitationWithLink } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import type { App } from '../apps/control-plane/src/app.ts';
import { type Client, createClient } from '../apps/control-plane/src/testing/client.ts';
import { fillSampleFleet } from './sample-fleet.ts';
import { SAMPLE_KEYS, type SampleKey } from './sample-keys.ts';

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** Members, workspaces, keys, a day of calls, and a fleet. @returns the id of a key worth a picture */
export async function fillSampleOrganization(app: App, owner: Client): Promise<string> {
  const { db } = app.services;
  await db.execute(sql`update organization set plan = 'pro'`);
  await db.execute(sql`update workspace set name = 'production'`);
  await owner.post('/v1/workspaces', { name: 'staging', environment: 'test' });
  const baseUrl = owner.headers.origin ?? '';
  const colleagues = {
    grace: await join(baseUrl, owner, 'Grace Hopper', 'role_admin'),
    alan: await join(baseUrl, owner, 'Alan Turing', 'role_developer'),
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
async function join(baseUrl: string, owner: Client, name: string, roleId: string): Promise<Client> {
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
