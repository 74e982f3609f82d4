import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CONFIRM_MS } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Database } from '../db/connect.ts';
import type { ChangeFeed } from '../replication/change-feed.ts';
import { batch } from '../replication/single-flight.ts';
import type { AppendedChange } from '../write/change.ts';
import { createAdmission } from './admission.ts';
import { createAppliedVersions } from './applied-versions.ts';
import { createCatchUp } from './catch-up.ts';
import { createConnectedGateways } from './connected-gateways.ts';
import { createConnectionLimiter } from './connection-limiter.ts';
import { createFeeds } from './feeds.ts';
import { findGateways } from './find-gateways.ts';
import { CLOSE, isOpen, type Session } from './gateway-session.ts';
import { createHeartbeat, every } from './heartbeat.ts';
import { createConflictWatch } from './identity-conflicts.ts';
import type { ByteStream } from './inbox.ts';
import type { IncidentCounter } from './incident-counter.ts';
import { createLineages, type LostVersions } from './lineages.ts';
import { createMembership } from './membership.ts';
import { createPresence } from './presence.ts';
import { sealer } from './seal.ts';
import {
  createSessionLifecycle,
  disconnectWorkspace,
  endForViolation,
} from './session-lifecycle.ts';
import { createSnapshotRateLimit } from './snapshot-rate-limit.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createUsageIntake } from './usage-intake.ts';
import { createWitnesses, type OnWitnessAlarm, type ReadLogs } from './witnesses.ts';

/** Connections of gateways to this process, by which they receive what changes. */
export interface Hub {
  /**
   * Admits a connection whose gateway is still to prove itself; undefined when there is no room.
   * @param evict ends the connection, when its place is needed for another
   */
  enter(address: string, evict: () => void): Entering | undefined;
  /** To be called when something may have changed in what gateways decide with. */
  sendChanges(): void;
  /** To be called when there is a new checkpoint of a transparency log. */
  sendCheckpoints(): void;
  /** To be called when this process has applied changes; with none, when it may have missed some. */
  wake(changes: readonly AppendedChange[]): void;
  /** Sends everybody away, and stores what is left. */
  stop(): Promise<void>;
  readonly snapshotsBuilt: Snapshots['built'];
}

interface Entering {
  /**
   * @param stream what the socket reads from
   * @param protocol version that the gateway names, if it does
   */
  accept(socket: WebSocket, stream: ByteStream, protocol: string | undefined): void;
  /** When nothing came of it. */
  leave(): void;
}

interface HubOptions {
  /** With connections of its own. */
  readonly db: Database;
  readonly processId: string;
  readonly signingKey: KeyObject;
  readonly changeFeed: Pick<ChangeFeed, 'current' | 'catchUp'>;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly readLogs: ReadLogs;
  readonly onWitnessAlarm: OnWitnessAlarm;
  /** Called when gateways reported uses of canary keys, which are stored. */
  readonly onCanaryUses: () => void;
  readonly incidents: Pick<IncidentCounter, 'count'>;
  /** How many gateways of one organization may be connected here. */
  readonly perOrganizationMax?: number;
}

const REFRESH_MS = 1000;
export function startHub(options: HubOptions): Hub {
  const { db, changeFeed, log, clock, incidents } = options;
  const seal = sealer(options.signingKey);
  const sockets = createOpenSockets();
  const gateways = createConnectedGateways(options.perOrganizationMax);
  const limiter = createConnectionLimiter();
  const presence = createPresence(db, options.processId);
  const applied = createAppliedVersions(db, log);
  const find = batch(
    async (ids) => new Map((await findGateways(db, ids)).map((each) => [each.id, each])),
  );
  const lineages = createLineages(db, log, (workspaceId, lost) => {
    if (lost) countRestored(workspaceId, lost);
    feeds.drop(workspaceId);
    disconnectWorkspace(gateways, workspaceId);
  });
  const snapshots = createSnapshots(db, seal, lineages);
  const membership = createMembership({ find, seal, gateways, log });
  const feeds = createFeeds({
    db,
    seal,
    lineages,
    changeFeed,
    log,
    onLost: (each) => catchUp(each),
  });
  const rateLimit = createSnapshotRateLimit();
  const { catchUp, resync } = createCatchUp({
    db,
    seal,
    feeds,
    snapshots,
    lineages,
    rateLimit,
    membership,
    log,
  });
  const end = (session: Session, detail: string) => endForViolation(seal, session, detail, log);
  const usage = createUsageIntake({
    db,
    seal,
    clock,
    log,
    end,
    onCanaryUses: options.onCanaryUses,
  });
  const witnesses = createWitnesses({
    ...{ db, seal, gateways, clock, log },
    readLogs: options.readLogs,
    onAlarm: options.onWitnessAlarm,
  });
  let stopping = false;
  const isStopping = () => stopping;
  const receivers = { applied, log, witnesses, acceptUsage: usage.add, answer, resync, end };
  const { begin } = createSessionLifecycle({
    ...{ seal, gateways, lineages, membership, feeds, presence, applied, catchUp, receivers },
    ...{ log, isStopping },
  });
  const admit = createAdmission({
    ...{ find, seal, changeFeed, lineages, presence, applied, gateways, log, isStopping },
    incidents,
    onAdmitted: begin,
  });
  const stops = [
    every(REFRESH_MS, () => presence.refresh(gateways.all().filter(isOpen)), log),
    every(CONFIRM_MS, createHeartbeat(gateways, membership, feeds), log),
    every(CONFIRM_MS, witnesses.publish, log),
    every(CONFIRM_MS, createConflictWatch({ db, gateways, incidents }), log),
  ];

  function countRestored(workspaceId: string, { sentVersion, version }: LostVersions): void {
    const session = gateways.all().find(({ gateway }) => gateway.workspaceId === workspaceId);
    if (!session) return;
    incidents.count({
      organizationId: session.gateway.organizationId,
      action: 'workspace.database_restored',
      target: { type: 'workspace', id: workspaceId },
      why: 'sent_versions_are_missing',
      address: null,
      facts: { sentVersion: sentVersion ?? null, version },
    });
  }

  function sendChanges(): void {
    feeds.step().catch((error) => log.warn({ err: error }, 'changes not sent yet'));
  }

  function answer(session: Session): void {
    feeds.answer(session).catch((error) => log.warn({ err: error }, 'check not answered yet'));
  }

  return {
    snapshotsBuilt: snapshots.built,
    enter(address, evict) {
      const pending = stopping ? undefined : limiter.enter(address, evict);
      if (!pending) return undefined;
      return {
        leave: pending.leave,
        accept(socket, stream, protocol) {
          sockets.add(socket);
          socket.on('close', pending.leave);
          if (stopping) socket.close(CLOSE.goingAway);
          else admit(socket, stream, pending, protocol);
        },
      };
    },
    sendChanges,
    sendCheckpoints() {
      witnesses.publish().catch((error) => log.warn({ err: error }, 'checkpoints not sent yet'));
    },
    wake(changes) {
      membership.wake(changes);
      sendChanges();
    },
    async stop() {
      stopping = true;
      await Promise.all(stops.map((stop) => stop()));
      await sockets.closeAll();
      await usage.settled();
      await witnesses.settled();
      await applied.stop().catch((error) => log.warn({ err: error }, 'versions were not stored'));
      await presence.clear().catch((error) => log.warn({ err: error }, 'disconnects not recorded'));
    },
  };
}

/** All WebSockets of this process, also those whose gateway has not proved itself yet. */
interface OpenSockets {
  add(socket: WebSocket): void;
  /** Closes all, and terminates those that have not closed in time. */
  closeAll(): Promise<void>;
}

/** How long gateways may take to close their end, in milliseconds. */
const GOODBYE_MS = 1000;

function createOpenSockets(): OpenSockets {
  const sockets = new Set<WebSocket>();
  return {
    add(socket) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    },
    async closeAll() {
      for (const socket of sockets) socket.close(CLOSE.goingAway);
      const deadline = performance.now() + GOODBYE_MS;
      while (sockets.size > 0 && performance.now() < deadline) await delay(10);
      for (const socket of sockets) socket.terminate();
    },
  };
}
