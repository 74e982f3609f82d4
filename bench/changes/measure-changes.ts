import { randomBytes, randomUUID } from 'node:crypto';
import { startServer } from '../server-process.ts';
import { type Ask, cookieOf, createAsk } from './ask.ts';
import { insertMember, insertOrganization, NEW_KEY, startOurs } from './control-plane.ts';
import { type Database, type DatabaseServer, openDatabaseServer } from './database-server.ts';
import {
  type ChangeFigures,
  cpuMsOf,
  measure,
  measureFor,
  measureRounds,
  type Ratio,
  ratioOf,
  type Side,
} from './measure-rounds.ts';

export interface CreationFigures {
  readonly clients: number;
  readonly byKey: readonly ChangeFigures[];
  readonly bySession: readonly ChangeFigures[];
  readonly betterAuth: readonly ChangeFigures[];
  readonly byKeyRatios: Ratios;
  readonly bySessionRatios: Ratios;
}

/** Ours divided by Better Auth. */
export interface Ratios {
  readonly rate: Ratio;
  /** Of changes per second of processor time, PostgreSQL's included. */
  readonly cpu: Ratio;
  /** The same without PostgreSQL's. */
  readonly serverCpu: Ratio;
}

export interface FurtherFigures {
  readonly title: string;
  readonly figures: ChangeFigures;
}

export interface ChangesFigures {
  readonly postgres: string;
  readonly creations: readonly CreationFigures[];
  readonly further: readonly FurtherFigures[];
}

const CLIENTS = [1, 16];
const ORGANIZATIONS = 8;
const MEMBER_KEYS = 10_000;
const ROLE_CHANGES = 20;
const REVOCATIONS = 1000;
const ROUND_MS = 4000;

/** What changes cost: creating keys beside Better Auth's plugin, and others beside themselves. */
export async function measureChanges(dataDir: string): Promise<ChangesFigures> {
  const server = await openDatabaseServer(`${dataDir}-server`);
  try {
    return await measureOn(server, dataDir);
  } finally {
    await server.close();
  }
}

async function measureOn(server: DatabaseServer, dataDir: string): Promise<ChangesFigures> {
  const database = await server.create('tollkeeper_bench');
  const ours = await startOurs(database, dataDir);
  const theirs = await startBetterAuth(await server.create('better_auth_bench'));
  const { pid, port } = ours.server;
  try {
    const made = await ours.bySession('/v1/api-keys', { name: 'creator', profile: 'organization' });
    const byKey = createAsk(port, { authorization: `Bearer ${JSON.parse(made.body).secret}` });
    const createBy = (ask: typeof byKey): Side => ({
      pid,
      database,
      change: () => ask('/v1/api-keys', { name: 'ci-pipeline', ...NEW_KEY }),
    });
    const sides = {
      byKey: createBy(byKey),
      bySession: createBy(ours.bySession),
      betterAuth: theirs.side,
    };
    const creations: CreationFigures[] = [];
    for (const clients of CLIENTS) {
      const rounds = await measureRounds(sides, clients);
      const { byKey, bySession, betterAuth } = rounds;
      const byKeyRatios = ratiosOf(byKey, betterAuth);
      const bySessionRatios = ratiosOf(bySession, betterAuth);
      creations.push({ clients, ...rounds, byKeyRatios, bySessionRatios });
    }
    await theirs.server.stop();
    const further = await measureFurther(ours, byKey, database);
    return { postgres: server.version, creations, further };
  } finally {
    await Promise.all([ours.server.stop(), theirs.server.stop()]);
  }
}

function ratiosOf(ours: readonly ChangeFigures[], theirs: readonly ChangeFigures[]): Ratios {
  const of = (value: (figures: ChangeFigures) => number) => ratioOf(ours, theirs, value);
  return {
    rate: of(({ perSecond }) => perSecond),
    cpu: of((figures) => 1 / cpuMsOf(figures)),
    serverCpu: of(({ serverCpuMs }) => 1 / (serverCpuMs ?? Number.NaN)),
  };
}

type Ours = Awaited<ReturnType<typeof startOurs>>;

async function measureFurther(
  ours: Ours,
  byKey: Ask,
  database: Side['database'],
): Promise<FurtherFigures[]> {
  const { server, owner } = ours;
  const { pid, port } = server;
  const { rows } = await database.query('select id from workspace');
  const confined = { name: 'ci-pipeline', ...NEW_KEY, workspaceId: rows[0].id };
  const once: Side = {
    pid,
    database,
    change: () => byKey('/v1/api-keys', confined, 'POST', { 'idempotency-key': randomUUID() }),
  };
  const onceFigures = await measureFor(once, 1, ROUND_MS);
  const ids: string[] = [];
  for (let number = 0; number < ORGANIZATIONS; number += 1) {
    ids.push(await insertOrganization(database, owner.memberId, number));
  }
  const askers = ids.map((id) =>
    createAsk(port, { cookie: owner.cookie, 'x-organization-id': id }),
  );
  const organizations: Side = {
    pid,
    database,
    change: async (client) => askers[client]?.('/v1/api-keys', { name: 'ci-pipeline', ...NEW_KEY }),
  };
  const ownerOnly = createAsk(port, {
    cookie: owner.cookie,
    'x-organization-id': owner.organizationId,
  });
  const { memberId, keyIds } = await insertMember(database, owner.organizationId, MEMBER_KEYS);
  const roles = ['role_developer', 'role_admin'];
  const role: Side = {
    pid,
    database,
    change: () => {
      roles.reverse();
      return ownerOnly(`/v1/members/${memberId}`, { roleId: roles[0] }, 'PATCH');
    },
  };
  const revoke: Side = {
    pid,
    database,
    change: () => ownerOnly(`/v1/api-keys/${keyIds.pop()}/revoke`, {}),
  };
  const revokeTogether: Side = {
    pid,
    database,
    change: () => ownerOnly('/v1/api-keys/revoke', { ids: keyIds.splice(-REVOCATIONS) }),
  };
  return [
    { title: 'a confined key, with Idempotency-Key', figures: onceFigures },
    {
      title: `${ORGANIZATIONS} organizations at once, a key each`,
      figures: await measureFor(organizations, ORGANIZATIONS, ROUND_MS),
    },
    {
      title: `role of a member with ${MEMBER_KEYS} keys`,
      figures: await measure(role, 1, times(ROLE_CHANGES)),
    },
    {
      title: `${REVOCATIONS} revocations, 16 at once`,
      figures: await measure(revoke, 16, times(REVOCATIONS)),
    },
    {
      title: `${REVOCATIONS} revocations in one request`,
      figures: await measure(revokeTogether, 1, times(1)),
    },
  ];
}

function times(count: number): () => boolean {
  let left = count;
  return () => left-- > 0;
}

/** Better Auth's plugin for API keys: through its handler, by the session of a user. */
export async function startBetterAuth(database: Database) {
  const server = await startServer('apps/control-plane/bench/better-auth-server.ts', '/ready', {
    DATABASE_URL: database.url,
  });
  const person = {
    name: 'Ada',
    email: 'ada@example.com',
    password: randomBytes(16).toString('hex'),
  };
  const signedUp = await createAsk(server.port, {})('/api/auth/sign-up/email', person);
  const ask = createAsk(server.port, { cookie: cookieOf(signedUp) });
  let count = 0;
  const side: Side = {
    pid: server.pid,
    database,
    change: () => ask('/api/auth/api-key/create', { name: `ci-pipeline-${count++}` }),
  };
  return { server, side };
}
