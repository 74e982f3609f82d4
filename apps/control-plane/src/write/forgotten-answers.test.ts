import { type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { CHAT_DESTINATION } from '../testing/chat-destination-body.ts';
import type { Client } from '../testing/client.ts';
import { join, tokenOf } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { LOG_STREAM } from '../testing/log-stream-body.ts';
import { addWorkspace, claimedOrganization, PASSWORD } from '../testing/people.ts';
import type { Query } from '../testing/query-database.ts';
import { visitor } from '../testing/sign-in.ts';
import { startOrganization } from '../testing/start-organization.ts';
import type { TestApp } from '../testing/test-app.ts';

interface Creator {
  readonly client: Client;
  /** Of the API key, or of the member. */
  readonly id: string;
}

interface Created {
  readonly id: string;
  /** Stands for the id of what has none. */
  readonly name?: string;
  readonly link?: string;
}

interface Ending {
  readonly creation: RouteName;
  readonly how: string;
  /** Who creates the thing; the owner, unless it ends together with its creator. */
  readonly by?: () => Promise<Creator>;
  readonly end: (created: Created, creator: Creator) => Promise<{ readonly status: number }>;
}

let app: TestApp;
let query: Query;
let owner: Client;
let organizationId: string;
/** Of the thing that ends. */
let name: string;
let workspaceId: string;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  ({ organizationId } = await claimedOrganization(app));
  // A review campaign needs one.
  await makeKey(app, owner);
});

const keyCreator = () => makeKey(app, owner, { profile: 'organization', scopes: undefined });
const memberCreator = async () => {
  const { client, memberId } = await join(app, owner, 'Mia', 'role_admin');
  return { client, id: memberId };
};
const revokeAll = (_: Created, { id }: Creator) =>
  owner.post(`/v1/api-keys/${id}/revoke`, { cascade: true });
const deleteWorkspace = (id: string, typed: string) =>
  owner.raw('DELETE', `/v1/workspaces/${id}`, JSON.stringify({ name: typed }), {
    'content-type': 'application/json',
  });
const deletePlace = () => deleteWorkspace(workspaceId, `${name}'s place`);
const BODIES: Partial<Record<RouteName, () => object>> = {
  createKey: () => ({ name, profile: 'workspace', workspaceId }),
  createJoinKey: () => ({ name, workspaceId }),
  createInvitation: () => ({
    email: `${name.replace(' ', '-')}@example.com`,
    roleId: 'role_viewer',
  }),
  createApiScope: () => ({ name: name.replace(' ', '.n') }),
  createPolicy: () => ({ name, workspaceId, text: 'permit (principal, action, resource);' }),
  createRole: () => ({ name, scopes: ['members.read'] }),
  createWorkspace: () => ({ name, environment: 'live' }),
  startReviewCampaign: () => ({
    ...{ name, endsAt: new Date(Date.now() + 86_400_000).toISOString() },
  }),
  createComplianceReport: () => ({ kind: 'keys_without_expiry' }),
  createWebhookEndpoint: () => ({ name, url: 'https://hooks.example/', eventTypes: ['*'] }),
  createLogStream: () => ({ ...LOG_STREAM, name }),
  createChatDestination: () => ({ ...CHAT_DESTINATION, name }),
};

const ENDINGS: readonly Ending[] = [
  {
    creation: 'createKey',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/api-keys/${id}`),
  },
  {
    creation: 'createKey',
    how: 'is deleted with its workspace',
    end: deletePlace,
  },
  {
    creation: 'createJoinKey',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/join-keys/${id}`),
  },
  {
    creation: 'createJoinKey',
    how: 'is deleted with its workspace',
    end: deletePlace,
  },
  {
    creation: 'createJoinKey',
    how: 'is deleted with everything that its API key created',
    by: keyCreator,
    end: revokeAll,
  },
  {
    creation: 'createJoinKey',
    how: 'is deleted because its creator was removed',
    by: memberCreator,
    end: (_, { id }) => owner.delete(`/v1/members/${id}`),
  },
  {
    creation: 'createInvitation',
    how: 'is withdrawn',
    end: ({ id }) => owner.delete(`/v1/invitations/${id}`),
  },
  {
    creation: 'createInvitation',
    how: 'is withdrawn with everything that its API key created',
    by: keyCreator,
    end: revokeAll,
  },
  {
    creation: 'createInvitation',
    how: 'is accepted',
    end: ({ link }) =>
      visitor(app).post('/v1/invitations/accept', {
        token: tokenOf({ link }),
        name: 'Invited',
        password: PASSWORD,
      }),
  },
  {
    creation: 'createApiScope',
    how: 'is deleted',
    end: (created) => owner.delete(`/v1/api-scopes/${created.name}`),
  },
  {
    creation: 'createPolicy',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/policies/${id}`),
  },
  {
    creation: 'createPolicy',
    how: 'is deleted with its workspace',
    end: deletePlace,
  },
  {
    creation: 'createRole',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/roles/${id}`),
  },
  {
    creation: 'createWorkspace',
    how: 'is deleted',
    end: ({ id }) => deleteWorkspace(id, name),
  },
  {
    creation: 'startReviewCampaign',
    how: 'is deleted',
    end: async ({ id }) => {
      await owner.post(`/v1/compliance/campaigns/${id}/cancel`);
      return owner.delete(`/v1/compliance/campaigns/${id}`);
    },
  },
  {
    creation: 'createComplianceReport',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/compliance/reports/${id}`),
  },
  {
    creation: 'createWebhookEndpoint',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/webhook-endpoints/${id}`),
  },
  {
    creation: 'createLogStream',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/log-streams/${id}`),
  },
  {
    creation: 'createChatDestination',
    how: 'is deleted',
    end: ({ id }) => owner.delete(`/v1/integrations/chat-destinations/${id}`),
  },
];

it('is tested of everything that an Idempotency-Key creates', () => {
  const names = Object.entries(routes).flatMap(([name, route]) =>
    'idempotent' in route && route.status === 201 ? [name] : [],
  );
  expect(new Set(ENDINGS.map(({ creation }) => creation))).toEqual(new Set(names));
});

it.each(ENDINGS)('forgets the answer to $creation when what it created $how', async (ending) => {
  const { path } = routes[ending.creation];
  name = `passing ${ENDINGS.indexOf(ending)}`;
  workspaceId = await addWorkspace(app, organizationId, `${name}'s place`);
  const creator = (await ending.by?.()) ?? { client: owner, id: '' };
  const create = () =>
    creator.client.post<Created>(path, BODIES[ending.creation]?.(), {
      'idempotency-key': name.replace(' ', '-'),
    });
  const { status, body } = await create();
  expect(status).toBe(201);
  const { id = body.name } = body;
  const stored = () =>
    query(`select 1 from idempotency where coalesce(answer ->> 'id', answer ->> 'name') = $1`, [
      id,
    ]);
  expect(await stored()).toHaveLength(1);
  expect((await ending.end(body, creator)).status).toBeLessThan(300);
  expect(await stored()).toEqual([]);
  if (!ending.by) expect((await create()).problem.code).toBe('idempotency_conflict');
});
