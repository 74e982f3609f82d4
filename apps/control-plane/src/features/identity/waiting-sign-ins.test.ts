import pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Answer } from '../../testing/client.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  type Organization,
  openSession,
  PASSWORD,
  type Person,
} from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { createResetLink } from '../password-resets/index.ts';

/** More than the requests of a process have connections. */
const COUNT = 12;

let app: TestApp;
let query: TestOrganization['query'];
let organizationId: string;
let people: Person[];
let other: Organization;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  ({ organizationId } = await claimedOrganization(app));
  people = [];
  for (let count = 0; count < COUNT; count += 1) {
    people.push(await addMember(app, organizationId, 'viewer'));
  }
  other = await addOrganization(app, 'Other');
});

// On a slow machine nobody has waited too long.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

type Act = () => Promise<Answer<unknown>>;

/** What each does, and what must be there before. */
const KINDS: [string, (person: Person) => Act | Promise<Act>][] = [
  [
    'sign-ins',
    ({ email }) =>
      () =>
        visitor(app).post('/api/auth/sign-in/email', { email, password: PASSWORD }),
  ],
  [
    'confirmed sessions',
    ({ client }) =>
      () =>
        client.post('/v1/session/confirm', { password: PASSWORD }),
  ],
  [
    'reset passwords',
    async ({ email }) => {
      const { link } = await createResetLink(app.services, email, app.baseUrl, 'req_test');
      const token = new URL(link).hash.split('token=')[1];
      const body = { token, newPassword: PASSWORD };
      return () => visitor(app).post('/v1/password-resets/complete', body);
    },
  ],
  [
    'sign-outs',
    async ({ email }) => {
      const client = await openSession(app, email);
      return () => client.post('/api/auth/sign-out');
    },
  ],
];

it.each(KINDS)(
  '%s that wait for the audit log keep nobody else waiting',
  async (_kind, prepare) => {
    const acts: Act[] = [];
    for (const person of people) acts.push(await prepare(person));
    const holder = new pg.Client(app.database);
    await holder.connect();
    onTestFinished(() => holder.end());
    const pid = (await holder.query('select pg_backend_pid() as pid')).rows[0].pid;
    const waiting = `select 1 from pg_stat_activity where ${pid} = any (pg_blocking_pids(pid))`;
    await holder.query('begin');
    await holder.query('select 1 from audit_chain where organization_id = $1 for update', [
      organizationId,
    ]);

    const answers = Promise.all(acts.map((act) => act()));
    await vi.waitUntil(async () => (await query(waiting)).length > 0);

    for (let count = 0; count < 30; count += 1) {
      expect((await other.owner.client.get('/v1/members')).status).toBe(200);
      // The others wait without a connection.
      expect((await query(waiting)).length).toBe(1);
    }
    // None has locked its user before the chain, as changes of the organization lock both in that order.
    const users = people.map(({ userId }) => userId);
    await holder.query('select 1 from "user" where id = any ($1) for update nowait', [users]);
    await holder.query('commit');
    for (const { status } of await answers) expect(status).toBeLessThan(300);
  },
);
