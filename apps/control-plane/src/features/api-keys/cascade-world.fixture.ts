import type { Identity, InvitationWithLink, RouteOutput, Routes } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import type { Ctx } from '../../context.ts';
import { atFileEnd } from '../../testing/at-file-end.ts';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { type Joined, tokenOf } from '../../testing/join.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { CASCADE_LIMITS } from './ended-part.ts';

type Created = RouteOutput<Routes['getCreated']>;

/** When somebody did something of which a cascade asks. */
const TIMES = {
  api_key: ['created_at', 'handed_over_at', 'revoked_at'],
  deleted_key: ['created_at'],
  key_rotation: ['first_at', 'last_at'],
  key_edit: ['first_at', 'last_at'],
  admission: ['invited_at', 'admitted_at'],
  invitation: ['created_at', 'expires_at'],
  join_key: ['created_at'],
  gateway: ['created_at'],
  webhook_endpoint: ['created_at'],
  log_stream: ['created_at'],
  chat_destination: ['created_at'],
  review_campaign: ['created_at'],
};

/**
 * Until the test file ends, the routes end this many keys and people in one transaction, and a fifth of
 * them in each further one. That they end thousands, each with its event, takes seconds.
 */
export function endAtMost(endedMax: number): void {
  const { atOnceMax, endedMax: most, partMax } = CASCADE_LIMITS;
  atFileEnd(() => Object.assign(CASCADE_LIMITS, { atOnceMax, endedMax: most, partMax }));
  Object.assign(CASCADE_LIMITS, { atOnceMax: endedMax, endedMax, partMax: endedMax / 5 });
}

export type CascadeWorld = Awaited<ReturnType<typeof startCascadeWorld>>;

/** An organization, and what tests of a cascade do in it again and again. */
export async function startCascadeWorld() {
  const { app, owner, query } = await startOrganization();
  const me = (await owner.get<Identity>('/v1/whoami')).body;
  let names = 0;
  const named = (name: string) => {
    names += 1;
    return `${name}${names}`;
  };
  return {
    app,
    owner,
    query,
    me,
    named,
    /** A key that may do nearly everything, as a thief would like it. */
    makeRoot: (client: Client = owner) =>
      makeKey(app, client, { profile: 'organization', name: named('root') }),
    revoke: (client: Client, id: string, body: object = {}) =>
      client.post<{ status: string }>(`/v1/api-keys/${id}/revoke`, { cascade: true, ...body }),
    created: async (id: string, client: Client = owner) =>
      (await client.get<Created>(`/v1/api-keys/${id}/created`)).body,
    /**
     * As a process leaves a cascade that is killed after its first transaction: the key is revoked, and
     * what it created is not.
     */
    interrupt: async (
      root: { readonly id: string },
      keepMembers: readonly string[] | null = null,
    ): Promise<void> => {
      const { memberId } = await claimedOrganization(app);
      const revoked = await owner.post(`/v1/api-keys/${root.id}/revoke`, {});
      if (revoked.status !== 200) throw new Error(revoked.problem.detail);
      await query(
        `insert into running_cascade (organization_id, roots, keep_members, member_id, scopes,
           request_id, created_at)
         select organization_id, jsonb_build_array(jsonb_build_object('id', id, 'name', name,
           'wasRevoked', true)), $2, $3, $4, 'req_interrupted', now()
         from api_key where id = $1`,
        [root.id, keepMembers && JSON.stringify(keepMembers), memberId, me.scopes],
      );
    },
    whoami: async ({ client }: { client: Client }) =>
      (await client.get('/v1/whoami')).problem.code ?? 'valid',
    gatewayIds: async () => {
      const { body } = await owner.get<{ data: { id: string }[] }>('/v1/gateways?limit=100');
      return body.data.map(({ id }) => id);
    },
    statusOf: async ({ memberId }: Joined) => {
      const text = 'select status from member where id = $1';
      return (await query<{ status: string }>(text, [memberId]))[0]?.status;
    },
    joinGateway: async (client: Client): Promise<string> => {
      const joinKey = await makeJoinKey(client, { workspaceId: await defaultWorkspace(owner) });
      const joined = await joinWith(app, joinKey.secret);
      if (joined.status !== 201) throw new Error(joined.problem.detail);
      return joined.body.gatewayId;
    },
    /** Moves whatever was done a minute back: clocks may differ by less. */
    letAMinutePass: async (): Promise<void> => {
      for (const [table, columns] of Object.entries(TIMES)) {
        const set = columns.map((column) => `${column} = ${column} - interval '1 minute'`);
        await query(`update ${table} set ${set.join(', ')}`);
      }
    },
    /** Accepts an invitation in a session that is there already. */
    joinAgain: async (inviter: Client, person: Joined, roleId: string): Promise<void> => {
      const body = { email: person.email, roleId };
      const invited = await inviter.post<InvitationWithLink>('/v1/invitations', body);
      const token = tokenOf(invited.body);
      const joined = await person.client.post('/v1/invitations/accept', { token });
      if (joined.status !== 201) throw new Error(joined.problem.detail);
    },
  };
}

/** What the server makes of a request by the key, for functions that tests call themselves. */
export async function ctxOf(app: TestApp, key: TestKey): Promise<Ctx> {
  const { organizationId, memberId } = await claimedOrganization(app);
  return {
    services: app.services,
    organizationId,
    actor: { type: 'key', memberId, keyId: key.id },
    scopes: scopeSet(key.scopes),
    workspaceId: null,
    origin: { requestId: 'req_test', ip: null, userAgent: null },
    idempotencyKey: null,
  };
}
