import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { beforeEach, expect, it } from 'vitest';
import { type Connection, connect, type Transaction } from '../db/connect.ts';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { whileHeld } from '../testing/while-held.ts';
import { append, CHANGE_LOCK } from './append.ts';
import { type AuditEntry, lockChainEnd } from './audit.ts';
import type { Change } from './change.ts';

const EVENT: AuditEntry = {
  organizationId: 'org_1',
  actor: { type: 'operator' },
  action: 'organization.update',
  target: { type: 'organization', id: 'org_1', name: 'Acme' },
  before: null,
  after: null,
  origin: { ip: null, userAgent: null, requestId: 'req_1' },
};

let config: pg.ClientConfig;
let connection: Connection;

beforeEach(async () => {
  config = await createTestDatabase();
  // As on a connection that has appended often: a plan for these values alone skips what they do not need.
  const options = '-c plan_cache_mode=force_generic_plan';
  const opened = connect({ ...config, options }, 2, () => undefined);
  atFileEnd(() => opened.end());
  connection = opened;
});

async function appendAll(
  tx: Transaction,
  entries: readonly AuditEntry[],
  changes: readonly Change[] = [],
): Promise<number> {
  const end = await lockChainEnd(tx, 'org_1');
  const services = { clock: () => new Date(), randomBytes };
  const { lastChange } = await append(tx, services, end, entries, changes);
  return lastChange;
}

const countEvents = (client: Pick<pg.Client, 'query'>) =>
  client.query('select 1 from audit_event').then(({ rowCount }) => rowCount);

it('appends events without changes while another transaction appends changes', async () => {
  let countMeanwhile: number | null = null;
  const lastChange = await whileHeld(
    config,
    (holder) => holder.query('select pg_advisory_xact_lock($1)', [CHANGE_LOCK]),
    () => connection.db.transaction((tx) => appendAll(tx, [EVENT])),
    async (holder) => {
      countMeanwhile = await countEvents(holder);
    },
  );
  expect([lastChange, countMeanwhile]).toEqual([0, 1]);
});

it('appends more events than one statement takes, in one unbroken chain, and the changes once', async () => {
  const changes = [{ kind: 'member', subjectId: 'mem_1' }] as const;
  const entries = Array.from({ length: 2001 }, () => EVENT);
  const lastChange = await connection.db.transaction((tx) => appendAll(tx, entries, changes));
  const { rows } = await connection.pool.query(
    `select count(*)::int as events, max(sequence)::int as last,
       count(*) filter (where previous_hash = hash_before)::int as linked,
       (select sequence::int from audit_chain
        where hash = (select hash from audit_event where sequence = 2001)) as end,
       (select array_agg(id::int) from change) as changes
     from (select *, lag(hash) over (order by sequence) as hash_before from audit_event) as event`,
  );
  const appended = { events: 2001, last: 2001, linked: 2000, end: 2001, changes: [lastChange] };
  expect(rows).toEqual([appended]);
});
