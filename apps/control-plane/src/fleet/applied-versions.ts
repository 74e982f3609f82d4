import type { SignedApplied, UpwardOf } from '@tollkeeper/protocol';
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { gateway, gatewayVersion, workspace } from '../db/schema/index.ts';
import { containsPosition } from './read-positions.ts';

type Acknowledged = Pick<UpwardOf<'ack'>, 'version' | 'latest'> & {
  readonly signed?: SignedApplied | undefined;
};

/** Stores which gateway has applied which version, and when: what propagation is read from. */
export interface AppliedVersions {
  /** To be called at the moment that the gateway says so. */
  add(gatewayId: string, applied: Acknowledged): void;
  /**
   * Waits until all that was added for the gateway is stored, so that what is stored next is newer.
   * @throws Error when it could not be stored
   */
  settled(gatewayId: string): Promise<void>;
  /** Stores what is left. */
  stop(): Promise<void>;
}

/** So that the acknowledgements of one change are one statement, in milliseconds. */
const GATHER_MS = 5;
const RETRY_MS = 500;
/** How many statements `settled` waits for: the current one, the next, and one retry. */
const SETTLE_RUNS_MAX = 3;
/** While the database is away; the oldest go first, as a later version stands for all before. */
const WAITING_MAX = 20_000;

interface Applied extends Acknowledged {
  readonly gatewayId: string;
  /** By `performance.now()`. */
  readonly at: number;
}

export function createAppliedVersions(db: Database, log: Logger): AppliedVersions {
  let waiting: Applied[] = [];
  let storing: readonly Applied[] = [];
  let running: Promise<void> | undefined;

  async function run(delayMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const batch = waiting;
    waiting = [];
    storing = batch;
    try {
      await store(db, batch);
    } catch (error) {
      waiting = [...batch, ...waiting].slice(-WAITING_MAX);
      throw error;
    } finally {
      storing = [];
    }
  }

  function start(delayMs: number): void {
    running ??= run(delayMs)
      .then(
        () => GATHER_MS,
        (error) => {
          log.warn({ err: error }, 'applied versions could not be stored; kept for the next try');
          return RETRY_MS;
        },
      )
      .then((nextMs) => {
        running = undefined;
        if (waiting.length > 0) start(nextMs);
      });
  }

  return {
    add(gatewayId, { version, latest, signed }) {
      waiting.push({ gatewayId, version, latest, signed, at: performance.now() });
      start(GATHER_MS);
    },
    async settled(gatewayId) {
      const isPending = () =>
        [storing, waiting].some((rows) => rows.some((row) => row.gatewayId === gatewayId));
      for (let runs = 0; isPending(); runs += 1) {
        if (runs === SETTLE_RUNS_MAX) throw new Error('Applied versions are not stored yet');
        await running;
      }
    },
    async stop() {
      await running;
      if (waiting.length > 0) await store(db, waiting);
    },
  };
}

/**
 * By the database's clock, less the time that passed here since. The gateways are locked in order,
 * and only those that are there: one that was removed meanwhile takes nothing down with it. A
 * version that the workspace never reached, or reached in a lineage that the database does not hold,
 * is no version.
 */
async function store(db: Database, batch: readonly Applied[]): Promise<void> {
  const now = performance.now();
  const rows = batch.map(({ gatewayId, version, latest, signed, at }, position) => {
    return {
      gatewayId,
      version,
      latest: latest.version,
      revision: latest.revision,
      ageMs: now - at,
      position,
      saidAtMs: signed?.atMs ?? null,
      signature: signed ? Buffer.from(signed.signature, 'base64url').toString('hex') : null,
    };
  });
  await db.execute(sql`
    with said as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json)
        as said ("gatewayId" text, version bigint, latest bigint, revision uuid, "ageMs" float8,
          position int, "saidAtMs" bigint, signature text)
    ), known as materialized (
      select ${gateway.id} as id, ${gateway.workspaceId} as workspace_id from ${gateway}
      where ${gateway.id} in (select "gatewayId" from said)
      order by ${gateway.id} for no key update
    ), applied as (
      select known.id, said.version, said.position, said.latest, said.revision, said."saidAtMs",
        said.signature,
        clock_timestamp() - said."ageMs" * interval '1 millisecond' as at
      from said join known on known.id = said."gatewayId"
      join ${workspace} on ${workspace.id} = known.workspace_id
      where said.version <= said.latest and ${containsPosition(sql`said.latest`, sql`said.revision`)}
    ), kept as (
      insert into ${gatewayVersion} (gateway_id, version, applied_at, latest_version,
        latest_revision, said_at_ms, signature)
      select distinct on (id, version) id, version, at, latest, revision, "saidAtMs",
        decode(signature, 'hex')
      from applied order by id, version, at, position
      on conflict do nothing
    ), newest as (
      select distinct on (id) id, version, at from applied order by id, position desc
    )
    update ${gateway} set applied_version = newest.version, last_seen_at = newest.at
    from newest where ${gateway.id} = newest.id`);
}
