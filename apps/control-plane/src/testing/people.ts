/** Organizations, members and workspaces for tests, put into the database as set-up would. */
import { randomUUID } from 'node:crypto';
import { createId, type Plan } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { account, member, organization, user, workspace } from '../db/schema/index.ts';
import { setPlan } from '../features/billing/index.ts';
import { createAuth, signIn } from '../features/identity/index.ts';
import { insertWorkspace } from '../features/workspaces/index.ts';
import type { Change } from '../write/change.ts';
import { commit } from '../write/write.ts';
import type { Client } from './client.ts';
import { visitor } from './sign-in.ts';
import { SESSION_SECRET, type TestApp } from './test-app.ts';

export const PASSWORD = 'a password that tests share';
const passwordHash = hashPassword(PASSWORD);

type Role = 'owner' | 'admin' | 'developer' | 'viewer' | 'billing';
type Status = 'active' | 'suspended';

export interface Person {
  readonly userId: string;
  readonly memberId: string;
  readonly email: string;
  /** Acts by the person's session. */
  readonly client: Client;
}

export interface Organization {
  readonly organizationId: string;
  /** Its only workspace, of the environment live. */
  readonly workspaceId: string;
  readonly owner: Person;
}

/** The organization that `claimServer` made. */
export async function claimedOrganization({ services }: TestApp) {
  const [row] = await services.db
    .select({
      organizationId: organization.id,
      workspaceId: workspace.id,
      memberId: member.id,
      userId: member.userId,
    })
    .from(organization)
    .innerJoin(workspace, eq(workspace.organizationId, organization.id))
    .innerJoin(member, eq(member.organizationId, organization.id))
    .orderBy(organization.createdAt, workspace.createdAt, member.createdAt)
    .limit(1);
  if (!row) throw new Error('Nobody has claimed the server');
  return row;
}

/** Another organization on the same server, with an owner and a workspace. */
export async function addOrganization(app: TestApp, name: string): Promise<Organization> {
  const organizationId = createId('organization', app.services.randomBytes);
  await change(app, organizationId, [], async (tx) => {
    const slug = `${name.toLowerCase()}-${randomUUID()}`;
    await tx
      .insert(organization)
      .values({ id: organizationId, name, slug, createdAt: app.services.clock() });
  });
  const workspaceId = await addWorkspace(app, organizationId, 'default');
  return { organizationId, workspaceId, owner: await addMember(app, organizationId, 'owner') };
}

export async function addWorkspace(
  app: TestApp,
  organizationId: string,
  name: string,
  environment: 'live' | 'test' = 'live',
): Promise<string> {
  const { randomBytes, clock } = app.services;
  const id = createId('workspace', randomBytes);
  await change(app, organizationId, [{ kind: 'workspace', subjectId: id }], async (tx) => {
    const row = { id, organizationId, name, environment, createdAt: clock() };
    await insertWorkspace(tx, app.services, row);
  });
  return id;
}

/** @param known somebody who belongs to another organization; without it a new user */
export async function addMember(
  app: TestApp,
  organizationId: string,
  role: Role,
  known?: Pick<Person, 'userId' | 'email'>,
): Promise<Person> {
  const { randomBytes, clock } = app.services;
  const userId = known?.userId ?? randomUUID();
  const email = known?.email ?? `${role}-${userId}@example.com`;
  const memberId = createId('member', randomBytes);
  const password = await passwordHash;
  await change(app, organizationId, [{ kind: 'member', subjectId: memberId }], async (tx) => {
    if (!known) await insertUser(tx, { id: userId, name: `A ${role}`, email }, password);
    await tx.insert(member).values({
      id: memberId,
      organizationId,
      userId,
      roleId: `role_${role}`,
      status: 'active',
      createdAt: clock(),
    });
  });
  return { userId, memberId, email, client: await openSession(app, email) };
}

async function insertUser(
  tx: Transaction,
  person: { id: string; name: string; email: string },
  password: string,
): Promise<void> {
  await tx.insert(user).values({ ...person, emailVerified: true });
  await tx.insert(account).values({
    id: randomUUID(),
    accountId: person.id,
    providerId: 'credential',
    userId: person.id,
    password,
  });
}

/** Acts by the session whose cookies an answer set. */
export function withCookies(app: TestApp, setCookies: readonly string[]): Client {
  return visitor(app, setCookies.map((each) => each.split(';', 1)[0]).join('; '));
}

/** Signs in past the throttle, which counts what comes from one address. */
export async function openSession(app: TestApp, email: string): Promise<Client> {
  const { db, log, clock } = app.services;
  const options = { db, baseUrl: 'http://127.0.0.1', secret: SESSION_SECRET, log, clock };
  const auth = createAuth(options);
  return withCookies(app, await signIn(auth, email, PASSWORD));
}

export function setMemberStatus(app: TestApp, memberId: string, status: Status): Promise<void> {
  return updateMember(app, memberId, { status });
}

export function setMemberRole(app: TestApp, memberId: string, role: Role): Promise<void> {
  return updateMember(app, memberId, { roleId: `role_${role}` });
}

async function updateMember(
  app: TestApp,
  memberId: string,
  set: { status: Status } | { roleId: string },
): Promise<void> {
  const [row] = await app.services.db.select().from(member).where(eq(member.id, memberId));
  if (!row) throw new Error(`There is no member "${memberId}"`);
  const { organizationId } = row;
  await change(app, organizationId, [{ kind: 'member', subjectId: memberId }], async (tx) => {
    await tx
      .update(member)
      .set(set)
      .where(and(eq(member.organizationId, organizationId), eq(member.id, memberId)));
  });
}

/** The free plan holds three keys; tests often need more. */
export async function choosePlan(app: TestApp, plan: Plan, organizationId?: string): Promise<void> {
  await setPlan(app.services, plan, organizationId, 'req_test');
}

/** As a verb of the product would: with an audit event and a change for the change feeds. */
async function change(
  app: TestApp,
  organizationId: string,
  changes: readonly Change[],
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'test' } as const,
    action: 'organization.update' as const,
    origin: { requestId: 'req_test', ip: null, userAgent: null },
  };
  await commit(app.services, source, async (tx) => {
    await work(tx);
    const target = { type: 'organization', id: organizationId, name: 'test' } as const;
    return { result: undefined, target, before: null, after: null, changes };
  });
}
