import { type ApiKeyWithSecret, SCOPES, type Scope } from '@tollkeeper/contract';
import { parseIpRange, rangeWithin } from '@tollkeeper/verify';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  nat,
  option,
  record,
  subarray,
} from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

const RUNS = process.env.LONG ? 500 : 12;
const STEPS = 8;
const HOUR_MS = 3_600_000;
const TAGS = ['ci', 'prod'];
const RANGES = ['0.0.0.0/0', '127.0.0.0/8', '127.0.0.1', '::/0', '::1', '10.0.0.0/8'];

type Bounds = Pick<
  ApiKeyWithSecret,
  'scopes' | 'workspaceId' | 'expiresAt' | 'allowedIps' | 'tags'
>;

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
/** Some of them beyond the longest life that the organization sets now and then, of one day. */
const HOURS = [1, 3, 72, 96];

function bounds(scopes: { minLength: number; maxLength: number }) {
  return record(
    {
      scopes: subarray([...SOME], scopes),
      workspace: option(integer({ min: 0, max: 1 })),
      expiresAt: option(
        constantFrom(...HOURS).map((n) => new Date(startedAt + n * HOUR_MS).toISOString()),
      ),
      allowedIps: subarray(RANGES, { maxLength: 3 }),
      tags: subarray(TAGS, { maxLength: 1 }),
    },
    { requiredKeys: ['scopes'] },
  );
}

/** Wide creators and narrow wishes, so that both answers come up often. */
const creator = bounds({ minLength: 2, maxLength: 4 });
const wish = bounds({ minLength: 1, maxLength: 2 });
const pair = <T>(each: Arbitrary<T>) => array(each, { minLength: 2, maxLength: 2 });
const VERBS = ['create', 'update', 'enable', 'rotate'] as const;
const history = array(
  record({
    verb: constantFrom(...VERBS),
    /** Which of the keys acts, and on which. */
    actor: nat(),
    target: nat(),
    wanted: wish,
    /** Whether the organization caps the life of keys meanwhile, and lifts the cap after. */
    capped: boolean(),
  }),
  { minLength: 4, maxLength: STEPS },
);

/** Asked by the key that may all, so that each is accepted at least once. */
const first = { actor: 0, target: 0, capped: false, wanted: { scopes: [...SOME] } };

describe('whatever a key is asked to create, edit, rotate or enable', () => {
  it('stays within it: child ⊆ parent in scopes, workspace, expiry and addresses, with its tags', async () => {
    const accepted = new Set<string>();
    await assert(
      asyncProperty(pair(creator), pair(wish), history, async (made, narrow, steps) => {
        const all = ['api_keys.create', 'api_keys.revoke', ...SOME];
        const actors = [await makeKey(app, owner, { scopes: all })];
        for (const asked of made) {
          const local = { ...fields(asked), allowedIps: withLoopback(asked.allowedIps ?? []) };
          const scopes = ['api_keys.create', 'api_keys.revoke', ...asked.scopes];
          actors.push(await makeKey(app, owner, { ...local, scopes }));
        }
        const targets: TestKey[] = [];
        for (const asked of narrow) targets.push(await makeKey(app, owner, fields(asked)));
        for (const { verb, wanted, capped, ...step } of steps) {
          const actor = actors[step.actor % actors.length] as TestKey;
          const target = targets[step.target % targets.length] as TestKey;
          if (capped) await limitLife(1);
          const parent = await boundsOf(actor);
          const { status, body } = await attempt(actor.client, verb, target, fields(wanted));
          const isAccepted = status < 400 && body.id !== actor.id;
          if (isAccepted) expectWithin(body, parent);
          if (capped) await limitLife(null);
          if (!isAccepted) continue;
          accepted.add(verb);
          expectWithin(await boundsOf(body), await boundsOf(actor));
          if (verb !== 'create' || !body.secret) continue;
          const child = { ...body, client: withKey(app, body.secret) } as TestKey;
          actors.push(child);
          targets.push(child);
        }
      }),
      {
        numRuns: RUNS,
        examples: [[[first.wanted], [first.wanted], VERBS.map((verb) => ({ ...first, verb }))]],
      },
    );
    expect([...accepted].sort()).toEqual([...VERBS].sort());
  });
});

async function limitLife(keyLifetimeDaysMax: number | null) {
  expect((await owner.patch('/v1/security', { keyLifetimeDaysMax })).status).toBe(200);
}

async function boundsOf({ id }: { id: string }): Promise<Bounds> {
  return (await owner.get<Bounds>(`/v1/api-keys/${id}`)).body;
}

function fields({ workspace, ...rest }: { workspace?: number | null }) {
  if (workspace === undefined) return rest;
  return { ...rest, workspaceId: workspace === null ? null : workspaces[workspace] };
}

/** So that the parent can be used from here at all. */
function withLoopback(ranges: readonly string[]): string[] {
  return ranges.length === 0 ? [] : ['127.0.0.0/8', ...ranges];
}

async function attempt(client: Client, verb: string, { id }: TestKey, wanted: object) {
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
    case 'enable':
      await owner.post(`/v1/api-keys/${id}/disable`);
      return client.post<ApiKeyWithSecret>(`/v1/api-keys/${id}/enable`);
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
  expect(child.tags).toEqual(parent.tags);
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
