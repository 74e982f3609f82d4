import { type Route, type RouteName, routes, SCOPES, type Scope } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../testing/client.ts';
import { addMember, PASSWORD, type Person } from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { readTables } from '../testing/tables.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';
import { attack, createVictim, type Victim } from './isolation.fixture.ts';

const ROLE = 'role_00000000000000000001';
/** Takes the lock that every change of the organization needs first, and changes nothing. */
const HOLD_CHAIN_END = 'select 1 from audit_chain for update';

/**
 * An export is recorded before any of it is sent. The portal is there with a payment provider alone, and the
 * tests of Stripe look.
 */
const changing = (Object.entries(routes) as [RouteName, Route][]).filter(
  ([name, { method, access, changesNothing }]) =>
    (method !== 'GET' || ['exportAuditEvents', 'exportComplianceReport'].includes(name)) &&
    name !== 'openBillingPortal' &&
    !changesNothing &&
    access !== 'public' &&
    access !== 'credential',
);

let app: TestApp;
let query: Query;
let victim: Victim;
let person: Person;

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  victim = await createVictim(app);
  person = await addMember(app, victim.organizationId, 'admin');
  await query(
    `insert into role (id, organization_id, name, description, scopes, created_at)
     values ($1, $2, 'All', '', $3, now())`,
    [ROLE, victim.organizationId, SCOPES],
  );
  await query('update member set role_id = $1 where id = $2', [ROLE, person.memberId]);
  // From here on, no request needs to note again when the member was last seen.
  await person.client.get('/v1/whoami');
});

/** What may not change: all but what the other transaction changes. */
async function otherTables(): Promise<Record<string, string>> {
  const {
    '"public"."role"': _role,
    '"public"."organization"': _organization,
    ...tables
  } = await readTables(app);
  return tables;
}

function send(name: RouteName): Promise<Answer> {
  const { bystander } = victim;
  if (name === 'transferOrganization') {
    return attack(person.client, name, victim, {
      memberId: bystander.memberId,
      password: PASSWORD,
    });
  }
  if (name === 'deleteOrganization') {
    return attack(person.client, name, victim, { name: 'Acme', password: PASSWORD });
  }
  return attack(person.client, name, victim);
}

it.each(changing)('%s asks for its scope again in its transaction', async (name, route) => {
  const scope = route.access as Scope;
  await query('update role set scopes = $1 where id = $2', [SCOPES, ROLE]);
  const rest = SCOPES.filter((each) => each !== scope);
  const before = await otherTables();

  const answer = await whileHeld(
    app.database,
    async (holder) => {
      await holder.query(HOLD_CHAIN_END);
      await holder.query('update role set scopes = $1 where id = $2', [rest, ROLE]);
    },
    () => send(name),
  );

  expect(answer.problem).toMatchObject({ code: 'insufficient_scope', scopes: [scope] });
  expect(await otherTables()).toEqual(before);
});

describe('an organization that is deleted meanwhile', () => {
  it.each<[RouteName, object]>([
    ['createKey', { name: 'late', profile: 'read-only' }],
    ['updateKey', { expiresAt: '2100-01-01T00:00:00Z' }],
    ['updateOrganization', { name: 'Late' }],
    ['updateSecurity', { sessionHoursMax: 1 }],
    ['updateAuditLog', { retentionDays: 30 }],
    ['changePlan', { plan: 'pro' }],
    ['transferOrganization', { password: PASSWORD }],
    ['deleteOrganization', { name: 'Acme', password: PASSWORD }],
  ])('is not found by %s', async (name, body) => {
    const { bystander, organizationId } = victim;
    const given =
      name === 'transferOrganization' ? { ...body, memberId: bystander.memberId } : body;
    await query('update role set scopes = $1 where id = $2', [SCOPES, ROLE]);
    const before = await otherTables();

    const answer = await whileHeld(
      app.database,
      async (holder) => {
        await holder.query(HOLD_CHAIN_END);
        const deletion = 'update organization set deleted_at = now() where id = $1';
        await holder.query(deletion, [organizationId]);
      },
      () => attack(person.client, name, victim, given),
    );
    await query('update organization set deleted_at = null');

    expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
    expect(await otherTables()).toEqual(before);
  });
});
