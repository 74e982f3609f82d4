import type { Member } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { countAuditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addOrganization } from '../../testing/people.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let now = new Date();

beforeAll(async () => {
  ({ app, owner } = await startOrganization({ clock: () => now }));
});

const list = async (client: Client, text = '') =>
  (await client.get<{ data: Member[]; nextCursor: string | null }>(`/v1/members${text}`)).body;

describe('listing members', () => {
  it('counts the keys that are neither revoked nor expired', async () => {
    const dev = await join(app, owner, 'Dora', 'role_developer');
    const keys = [
      await makeKey(app, dev.client, { profile: 'workspace' }),
      await makeKey(app, dev.client, { profile: 'workspace' }),
      await makeKey(app, dev.client, { profile: 'workspace' }),
      await makeKey(app, dev.client, {
        profile: 'workspace',
        expiresAt: new Date(now.getTime() + 60_000).toISOString(),
      }),
    ];
    await dev.client.post(`/v1/api-keys/${keys[0]?.id}/revoke`, {});
    await dev.client.post(`/v1/api-keys/${keys[1]?.id}/disable`);
    const count = async () => (await list(owner)).data.find((m) => m.name === 'Dora')?.keysCount;
    expect(await count()).toBe(3);
    now = new Date(now.getTime() + 120_000);
    expect(await count()).toBe(2);
  });

  it('shows a confined key only the count of its own workspace', async () => {
    const { body } = await owner.post<{ id: string }>('/v1/workspaces', {
      name: 'elsewhere',
      environment: 'test',
    });
    const confined = await makeKey(app, owner, {
      scopes: ['members.read'],
      workspaceId: body.id,
    });
    const counts = (await list(confined.client)).data.map(({ name, keysCount }) => [
      name,
      keysCount,
    ]);
    expect(counts.toSorted()).toEqual([
      ['Ada Owner', 1],
      ['Dora', 0],
    ]);
  });

  it('goes from page to page, and shows nothing of another organization', async () => {
    const { client: other } = (await addOrganization(app, 'Other')).owner;
    const first = await list(owner, '?limit=1');
    const second = await list(owner, `?limit=1&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data].map((member) => member.name).sort()).toEqual([
      'Ada Owner',
      'Dora',
    ]);
    expect(second.nextCursor).toBeNull();
    expect((await list(other)).data.map((member) => member.name)).toEqual(['A owner']);
  });
});

describe('when a member was last seen', () => {
  it('moves at most once a minute, and writes no audit event', async () => {
    const dev = await join(app, owner, 'Dino', 'role_viewer');
    const seen = async () =>
      (await list(owner)).data.find((member) => member.id === dev.memberId)?.lastSeenAt;
    expect(await seen()).toBeNull();
    const events = await countAuditEvents(app);
    await dev.client.get('/v1/whoami');
    const at = await seen();
    expect(at).toBe(now.toISOString());
    now = new Date(now.getTime() + 50_000);
    await dev.client.get('/v1/whoami');
    expect(await seen()).toBe(at);
    now = new Date(now.getTime() + 11_000);
    await dev.client.get('/v1/whoami');
    expect(await seen()).toBe(now.toISOString());
    expect(await countAuditEvents(app)).toBe(events);
  });
});
