import { ID_PREFIXES, type Route, routes } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { claimServer, startTestApp } from '../testing/test-app.ts';
import { thingOf } from '../testing/thing-of.ts';

const IDS: Readonly<Record<string, string>> = {
  'api-keys': ID_PREFIXES.apiKey,
  members: ID_PREFIXES.member,
  roles: ID_PREFIXES.role,
  workspaces: ID_PREFIXES.workspace,
  gateways: ID_PREFIXES.gateway,
  policies: ID_PREFIXES.policy,
  'webhook-endpoints': ID_PREFIXES.webhookEndpoint,
  campaigns: ID_PREFIXES.reviewCampaign,
  'log-streams': ID_PREFIXES.logStream,
  'chat-destinations': ID_PREFIXES.chatDestination,
};

const edits = Object.entries<Route>(routes).filter(([, { method }]) => method === 'PATCH');

let owner: Client;

beforeAll(async () => {
  owner = await claimServer(await startTestApp());
});

it.each(edits)(
  '%s refuses an edit that names no field, and says which there are',
  async (_, route) => {
    const { problem } = await owner.patch(
      route.path
        .replace('{id}', `${IDS[thingOf(route.path)]}_${'0'.repeat(20)}`)
        .replace('{name}', 'invoices.read'),
      {},
    );
    expect([problem.status, problem.code]).toEqual([422, 'validation_failed']);
    const [field = ''] = Object.keys((route.body as { shape?: object } | undefined)?.shape ?? {});
    expect(problem.detail).toContain(`"${field}"`);
  },
);
