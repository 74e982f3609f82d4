import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../testing/client.ts';
import { joinFleet } from '../testing/fleet.ts';
import { makeKey } from '../testing/keys.ts';
import { addMember, addOrganization, choosePlan, type Organization } from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { OWNER, startTestApp, type TestApp } from '../testing/test-app.ts';
import { attack, createVictim, type Victim } from './isolation.fixture.ts';

const guarded = (Object.entries(routes) as [RouteName, Route][]).filter(
  ([, { access }]) => access !== 'public',
);
const reading = guarded.filter(
  ([name, { method, changesNothing }]) =>
    // An export is recorded.
    (method === 'GET' || changesNothing) &&
    !['exportAuditEvents', 'exportComplianceReport'].includes(name),
);
/** What takes away that which other changes need comes last, and in this order. */
const LAST = [
  'end',
  'cancel',
  'revoke',
  'remove',
  'withdraw',
  'delete',
  'deleteWorkspace',
  'deleteOrganization',
];
const rankOf = (name: RouteName) => LAST.findLastIndex((each) => name.startsWith(each));
/** The portal is there with a payment provider alone. */
const APART: readonly RouteName[] = ['confirmSession', 'openBillingPortal'];
const changing = guarded
  .filter((each) => !reading.includes(each) && !APART.includes(each[0]))
  .toSorted(([one], [other]) => rankOf(one) - rankOf(other));
/** What changes more than the body of the fixture, or names what a case before has renamed. */
const BODIES: Partial<Record<RouteName, object>> = {
  deleteOrganization: { name: 'Renamed', password: OWNER.password },
  deleteWorkspace: { name: 'renamed' },
  previewSecurity: { keyLifetimeDaysMax: 1, twoFactorRequired: true },
  updateSecurity: { keyLifetimeDaysMax: 1 },
};

let app: TestApp;
let query: Query;
let own: Victim;
let neighbour: Organization;
let alone: Record<string, unknown>;

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  own = await createVictim(app);
  await own.owner.post('/v1/workspaces', { name: 'third', environment: 'live' });
  await readAll();
  alone = await readAll();
  neighbour = await addOrganization(app, 'Neighbour');
  await choosePlan(app, 'enterprise', neighbour.organizationId);
  await furnish(neighbour, neighbour.owner.client);
});

/** One of everything, and a call by key. */
async function furnish({ organizationId, workspaceId }: Organization, owner: Client) {
  await addMember(app, organizationId, 'developer');
  const key = await makeKey(app, owner, { scopes: ['usage.read'] });
  await key.client.get('/v1/usage');
  await app.services.usage.flush();
  await joinFleet(app, owner, workspaceId);
  for (const [path, body] of [
    ['/v1/roles', { name: 'Target', scopes: ['members.read'] }],
    ['/v1/invitations', { email: 'guest@example.com', roleId: 'role_viewer' }],
    ['/v1/workspaces', { name: 'elsewhere', environment: 'live' }],
  ] as const) {
    expect((await owner.post(path, body)).status).toBe(201);
  }
}

async function readAll(): Promise<Record<string, unknown>> {
  const answers: [string, unknown][] = [];
  for (const [name] of reading) {
    const { status, body } = await call(name);
    answers.push([name, status === 200 ? withoutMoments(body) : status]);
  }
  return Object.fromEntries(answers);
}

/** Without what moves by itself. */
function withoutMoments(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value) =>
      /^(lastSeenAt|seenAt|time|from|to|start|end|minute|series|points|buckets|lagSeconds)$/.test(
        name,
      )
        ? undefined
        : value,
    ),
  );
}

/** Every row of the neighbour's, of every table that says whose a row is. */
async function neighbourRows(): Promise<unknown> {
  const tables = await query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'organization_id' order by 1`,
  );
  const rows: Record<string, unknown> = {};
  for (const { name } of tables) {
    rows[name] = await query(
      `select to_jsonb(t) as row from "${name}" t where organization_id = $1 order by 1`,
      [neighbour.organizationId],
    );
  }
  return rows;
}

describe('an organization that another stands beside', () => {
  it.each(reading)('is answered by %s as if it were alone', async (name) => {
    const { status, body } = await call(name);
    expect(status === 200 ? withoutMoments(body) : status).toEqual(alone[name]);
  });

  it.each(changing)('leaves every row of the other as it was: %s', async (name) => {
    const before = await neighbourRows();
    const answer = await call(name);
    expect(answer.status, answer.problem?.detail).toBeLessThan(300);
    expect(await neighbourRows()).toEqual(before);
    if (name === 'transferOrganization') await takeBack();
  });
});

function call(name: RouteName): Promise<Answer> {
  const body = BODIES[name];
  return body ? attack(own.owner, name, own, body) : attack(own.owner, name, own);
}

/** The ownership, which the transfer gave away. */
async function takeBack(): Promise<void> {
  const roles = `update member set role_id = case when role_id = 'role_owner' then 'role_viewer'
    else 'role_owner' end where organization_id = $1 and role_id in ('role_owner', 'role_admin')`;
  await query(roles, [own.organizationId]);
}
