import { type ApiKeyWithSecret, SCOPES, type Scope } from '@tollkeeper/contract';
import { parseIpRange, rangeWithin } from '@tollkeeper/verify';
import { assert, asyncProperty, constantFrom, integer, option, record, subarray } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

const RUNS = process.env.LONG ? 1000 : 50;
const HOUR_MS = 3_600_000;
const RANGES = ['0.0.0.0/0', '127.0.0.0/8', '127.0.0.1', '::/0', '::1', '10.0.0.0/8'];

type Bounds = Pick<ApiKeyWithSecret, 'scopes' | 'workspaceId' | 'expiresAt' | 'allowedIps'>;

let app: TestApp;
let owner: Client;
let workspaces: string[];

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  const { organizationId, workspaceId } = await claimedOrganization(app);
  workspaces = [workspaceId, await addWorkspace(app, organizationId, 'second')];
  await choosePlan(app, 'enterprise');
});

const startedAt = Date.now();
const SOME: readonly Scope[] = ['api_keys.read', 'usage.read', 'audit.read', 'members.read'];

function bounds(scopes: { minLength: number; maxLength: number }) {
  return record(
    {
      scopes: subarray([...SOME], scopes),
      workspace: option(integer({ min: 0, max: 1 })),
      expiresAt: option(
        integer({ min: 1, max: 3 }).map((n) => new Date(startedAt + n * HOUR_MS).toISOString()),
      ),
      allowedIps: subarray(RANGES, { maxLength: 3 }),
    },
    { requiredKeys: ['scopes'] },
  );
}

/** Wide makers and narrow wishes, so that both answers come up often. */
const maker = bounds({ minLength: 2, maxLength: 4 });
const wish = bounds({ minLength: 1, maxLength: 2 });
const verb = constantFrom('create', 'update', 'rotate');

describe('whatever a key is asked to make, edit or rotate', () => {
  it('stays within it: child ⊆ parent in scopes, workspace, expiry and addresses', async () => {
    let accepted = 0;
    await assert(
      asyncProperty(maker, verb, wish, async (asked, does, wanted) => {
        const scopes = ['api_keys.create', ...asked.scopes];
        const local = { ...fields(asked), allowedIps: withLoopback(asked.allowedIps ?? []) };
        const parent = await makeKey(app, owner, { ...local, scopes });
        const other = await makeKey(app, owner, {
          ...fields(wanted),
          workspaceId: parent.workspaceId,
        });
        const answer = await attempt(parent.client, does, other.id, fields(wanted));
        if (answer.status >= 400) return;
        accepted += 1;
        expectWithin(answer.body, parent);
        if (!answer.body.secret) return;
        const grand = withKey(app, answer.body.secret);
        const again = await grand.post<ApiKeyWithSecret>('/v1/api-keys', {
          name: 'grandchild',
          profile: 'organization',
        });
        if (again.status === 201) expectWithin(again.body, parent);
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

function fields({ workspace, ...rest }: { workspace?: number | null }) {
  if (workspace === undefined) return rest;
  return { ...rest, workspaceId: workspace === null ? null : workspaces[workspace] };
}

/** So that the parent can be used from here at all. */
function withLoopback(ranges: readonly string[]): string[] {
  return ranges.length === 0 ? [] : ['127.0.0.0/8', ...ranges];
}

function attempt(client: Client, verb: string, id: string, wanted: object) {
  const { workspaceId: _workspaceId, ...editable } = wanted as { workspaceId?: unknown };
  switch (verb) {
    case 'create':
      return client.post<ApiKeyWithSecret>('/v1/api-keys', {
        name: 'child',
        profile: 'custom',
        ...wanted,
      });
    case 'update':
      return client.patch<ApiKeyWithSecret>(`/v1/api-keys/${id}`, editable);
    default:
      return client.post<ApiKeyWithSecret>(`/v1/api-keys/${id}/rotate`, {});
  }
}

function expectWithin(child: Bounds, parent: Bounds): void {
  expect(SCOPES).toEqual(expect.arrayContaining(child.scopes));
  expect(parent.scopes).toEqual(expect.arrayContaining(child.scopes));
  if (parent.workspaceId) expect(child.workspaceId).toBe(parent.workspaceId);
  if (parent.expiresAt) {
    expect(Date.parse(child.expiresAt ?? '9999-01-01')).toBeLessThanOrEqual(
      Date.parse(parent.expiresAt),
    );
  }
  if (parent.allowedIps.length === 0) return;
  expect(child.allowedIps).not.toEqual([]);
  for (const range of child.allowedIps) {
    expect(parent.allowedIps.some((bound) => isWithin(range, bound))).toBe(true);
  }
}

function isWithin(inner: string, outer: string): boolean {
  const [range, bound] = [parseIpRange(inner), parseIpRange(outer)];
  return range !== undefined && bound !== undefined && rangeWithin(range, bound);
}
