import { randomBytes } from 'node:crypto';
import type { Hello, Position, UpwardOf } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { batch } from '../replication/single-flight.ts';
import type { GatewayFacts } from './find-gateways.ts';
import type { IncidentCounter } from './incident-counter.ts';
import { readPositions, type WorkspacePosition } from './read-positions.ts';

/**
 * Which lineage of each workspace this process sends. A database that is restored from a backup, or
 * replaced by a copy that lags behind, loses versions that gateways have received, and gives their
 * numbers to others. Nothing in the database shows that, since all of it was restored. What was sent
 * does: the revisions of versions are random, so either the database holds the newest that was sent, or
 * its lineage is another one.
 */
export interface Lineages {
  /** Name of the lineage that is sent now; on one connection, gateways accept no other. */
  epochOf(workspaceId: string): string;
  /** To be called before anything is sent in the epoch that may be as new as the position. */
  note(workspaceId: string, epoch: string, position: Position): void;
  /**
   * Position of the workspace; undefined when it is gone, or when the database does not hold what was
   * sent of it, in which case its epoch is a new one.
   */
  find(workspaceId: string): Promise<WorkspacePosition | undefined>;
  /** Positions of many workspaces; those that `find` would not find are left out. */
  findAll(workspaceIds: readonly string[]): Promise<WorkspacePosition[]>;
  /** Position of the workspace, and whether its lineage holds the given position. */
  compare(workspaceId: string, position: Position | null): Promise<WorkspacePosition | undefined>;
}

interface Sent {
  readonly epoch: string;
  newest: Position | null;
}

const RESTORED =
  'the database does not hold what gateways were sent, as after a restore from a backup: they begin anew';

/** What the database does not hold, though gateways were sent it. */
export interface LostVersions {
  readonly sentVersion: number | undefined;
  readonly version: number;
}

/**
 * @param onLost takes a workspace whose gateways are to begin anew, and what was lost where that is known
 */
export function createLineages(
  db: Database,
  log: Logger,
  onLost: (workspaceId: string, lost: LostVersions | undefined) => void,
): Lineages {
  const lineages = new Map<string, Sent>();

  function sentOf(workspaceId: string): Sent {
    const known = lineages.get(workspaceId);
    if (known) return known;
    const sent = { epoch: randomBytes(16).toString('hex'), newest: null };
    lineages.set(workspaceId, sent);
    return sent;
  }

  async function findAll(workspaceIds: readonly string[]): Promise<WorkspacePosition[]> {
    const asked = workspaceIds.map((workspaceId) => {
      const sent = sentOf(workspaceId);
      return { workspaceId, sent, position: sent.newest };
    });
    const found = await readPositions(db, asked);
    return asked.flatMap(({ workspaceId, sent, position }, at) => {
      const current = found[at];
      if (current?.contained === 'yes') return [current];
      // Another question may have found the same, and somebody begun anew since.
      if (current && lineages.get(workspaceId) === sent) lose(current, position);
      return [];
    });
  }

  /** What is forgotten may be another lineage as well: doubt begins anew. */
  function lose(
    { workspaceId, version, contained }: WorkspacePosition,
    sent: Position | null,
  ): void {
    lineages.delete(workspaceId);
    const lost = { sentVersion: sent?.version, version };
    const isPurged = contained === 'purged';
    if (isPurged)
      log.info({ workspaceId, ...lost }, 'last sent version is no longer in the database');
    else log.error({ workspaceId, ...lost }, RESTORED);
    onLost(workspaceId, isPurged ? undefined : lost);
  }

  const compareAll = batch(async (names) => {
    const found = await readPositions(db, names.map(parseName));
    return new Map(names.flatMap((name, at) => (found[at] ? [[name, found[at]]] : [])));
  });

  return {
    epochOf: (workspaceId) => sentOf(workspaceId).epoch,
    note(workspaceId, epoch, position) {
      const sent = sentOf(workspaceId);
      if (sent.epoch !== epoch) return;
      if (!sent.newest || sent.newest.version < position.version) sent.newest = position;
    },
    find: batch(
      async (ids) => new Map((await findAll(ids)).map((each) => [each.workspaceId, each])),
    ),
    findAll,
    compare: (workspaceId, position) => compareAll(JSON.stringify({ workspaceId, position })),
  };
}

function parseName(name: string): { workspaceId: string; position: Position | null } {
  return JSON.parse(name);
}

/** State of a gateway, where it belongs to the lineage that the database holds. */
export type KnownState = Pick<UpwardOf<'ack'>, 'version' | 'latest'>;

const AHEAD =
  'gateway has versions that the database does not hold, as after a restore from a backup; sending a snapshot';

/**
 * State that the gateway reports, if changes can continue from it, and the epoch that it is sent.
 * @returns undefined when its workspace is gone
 */
export async function findKnownState(
  lineages: Lineages,
  incidents: Pick<IncidentCounter, 'count'>,
  log: Logger,
  gateway: GatewayFacts,
  { version, latest }: Hello,
): Promise<{ epoch: string; known: KnownState | undefined } | undefined> {
  const { id, organizationId, workspaceId } = gateway;
  // The lineage that this process sent may have ended: find out before the new connection uses it.
  await lineages.find(workspaceId);
  const epoch = lineages.epochOf(workspaceId);
  const current = await lineages.compare(workspaceId, latest);
  if (!current) return undefined;
  if (current.contained === 'no') {
    const facts = { gatewayId: id, workspaceId, version, currentVersion: current.version };
    log.warn(facts, AHEAD);
    incidents.count({
      ...{ organizationId, action: 'workspace.database_restored', address: null },
      target: { type: 'workspace', id: workspaceId },
      why: 'gateway_reports_later_versions',
      facts: {
        gatewayId: id,
        receivedVersion: latest?.version ?? version,
        version: current.version,
      },
    });
  }
  const isKnown = version !== null && latest !== null && version <= latest.version;
  return { epoch, known: isKnown && current.contained === 'yes' ? { version, latest } : undefined };
}
