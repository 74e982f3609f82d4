import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CONFIRM_MS, SILENCE_MS } from '@tollkeeper/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Database } from '../db/connect.ts';
import type { AppendedChange } from '../kernel/change.ts';
import type { ChangeFeed } from '../kernel/change-feed.ts';
import { createAdmission } from './admission.ts';
import { createAppliedVersions } from './applied-versions.ts';
import { batch } from './batch.ts';
import { sendLineage } from './catch-up.ts';
import { createCatchUpQueue } from './catch-up-queue.ts';
import { createConnectionLimiter, type PendingConnection } from './connection-limiter.ts';
import { every } from './every.ts';
import { createFeeds } from './feeds.ts';
import { findGateways } from './find-gateways.ts';
import type { ByteStream, Inbox } from './inbox.ts';
import type { KnownState } from './known-state.ts';
import { createLineages } from './lineages.ts';
import { createMembership, gatewayFrame } from './membership.ts';
import { createPresence } from './presence.ts';
import { receive } from './receive.ts';
import { sealer } from './seal.ts';
import { CLOSE, isOpen, type Session, send } from './session.ts';
import { createSessions } from './sessions.ts';
import { createSnapshotRateLimit } from './snapshot-rate-limit.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createUsageIntake } from './usage-intake.ts';

/** Connections of gateways to this process, by which they receive what changes. */
export interface Hub {
  /**
   * Admits a connection whose gateway is still to prove itself; undefined when there is no room.
   * @param evict ends the connection, when its place is needed for another
   */
  enter(address: string, evict: () => void): Entering | undefined;
  /** To be called when something may have changed in what gateways decide with. */
  look(): void;
  /** To be called when this process has applied changes; with none, when it may have missed some. */
  wake(changes: readonly AppendedChange[]): void;
  /** Sends everybody away, and stores what is left. */
  stop(): Promise<void>;
  readonly snapshotsBuilt: Snapshots['built'];
}

export interface Entering {
  /** @param stream what the socket reads from */
  accept(socket: WebSocket, stream: ByteStream): void;
  /** When nothing came of it. */
  leave(): void;
}

export interface HubOptions {
  /** With connections of its own. */
  readonly db: Database;
  readonly processId: string;
  readonly signingKey: KeyObject;
  readonly changeFeed: Pick<ChangeFeed, 'current' | 'catchUp'>;
  readonly clock: () => Date;
  readonly log: Logger;
  /** How many gateways of one organization may be connected here. */
  readonly perOrganizationMax?: number;
}

const REFRESH_MS = 1000;
/** How long gateways may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 1000;

export function startHub(options: HubOptions): Hub {
  const { db, changeFeed, log, clock } = options;
  const seal = sealer(options.signingKey);
  const sockets = new Set<WebSocket>();
  const sessions = createSessions(options.perOrganizationMax);
  const limiter = createConnectionLimiter();
  const presence = createPresence(db, options.processId);
  const applied = createAppliedVersions(db, log);
  const find = batch(async (ids) => byKey(await findGateways(db, ids), (each) => each.id));
  const lineages = createLineages(db, log, beginAnew);
  const snapshots = createSnapshots(db, seal, lineages);
  const membership = createMembership({ find, seal, sessions, log });
  const feeds = createFeeds({
    db,
    seal,
    lineages,
    changeFeed,
    log,
    onLost: (each) => catchUp(each),
  });
  const { catchUp, resync } = createCatchUpQueue({
    db,
    seal,
    feeds,
    snapshots,
    lineages,
    rateLimit: createSnapshotRateLimit(),
    membership,
    log,
  });
  const usage = createUsageIntake({ db, seal, clock, log, end });
  const receivers = { applied, log, acceptUsage: usage.add, answer, resync, end };
  const stops = [
    every(REFRESH_MS, () => presence.refresh(sessions.all().filter(isOpen)), log),
    every(CONFIRM_MS, lookAfter, log),
  ];
  let stopping = false;
  const admit = createAdmission({
    find,
    seal,
    changeFeed,
    lineages,
    presence,
    applied,
    sessions,
    log,
    isStopping: () => stopping,
    onAdmitted: begin,
  });

  async function lookAfter(): Promise<void> {
    const deadline = performance.now() - SILENCE_MS;
    for (const { socket, lastReceivedAt } of sessions.all()) {
      if (lastReceivedAt < deadline) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
    await membership.check(sessions.all().map(({ gateway }) => gateway.id));
    await feeds.confirm();
  }

  function look(): void {
    feeds.step().catch((error) => log.warn({ err: error }, 'changes not sent yet'));
  }

  function answer(session: Session): void {
    feeds.answer(session).catch((error) => log.warn({ err: error }, 'check not answered yet'));
  }

  /** Disconnects the gateways of the workspace, so that they begin with another lineage. */
  function beginAnew(workspaceId: string): void {
    feeds.drop(workspaceId);
    for (const session of sessions.all()) {
      if (session.gateway.workspaceId !== workspaceId) continue;
      session.ended = true;
      session.socket.close(CLOSE.tryLater);
    }
  }

  function end(session: Session, detail: string): void {
    log.warn({ gatewayId: session.gateway.id, detail }, 'gateway violated the protocol');
    send(session, seal({ type: 'refused', code: 'malformed', detail }));
    session.ended = true;
    session.socket.close(CLOSE.notAdmitted);
  }

  function accept(socket: WebSocket, stream: ByteStream, pending: PendingConnection): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      pending.leave();
    });
    if (stopping) {
      socket.close(CLOSE.goingAway);
      return;
    }
    admit(socket, stream, pending);
  }

  function begin(session: Session, inbox: Inbox, known: KnownState | undefined): void {
    const { socket, gateway, epoch } = session;
    sessions.add(session);
    socket.on('close', () => finish(session));
    socket.on('pong', () => {
      session.lastReceivedAt = performance.now();
    });
    log.info({ gatewayId: gateway.id, address: session.address }, 'gateway connected');
    send(session, seal(gatewayFrame(session)));
    if (known) {
      lineages.note(gateway.workspaceId, epoch, known.latest);
      applied.add(gateway.id, known);
      sendLineage(seal, session, known.version, true);
    }
    inbox.open((text) => receive(receivers, session, text));
    catchUp(session);
    // It may have been removed before it was among the sessions, which nobody noticed here.
    membership
      .check([gateway.id])
      .catch((error) => log.warn({ err: error }, 'gateway not checked for removal'));
  }

  function finish(session: Session): void {
    const { gateway, instanceId } = session;
    session.ended = true;
    sessions.delete(session);
    feeds.leave(session);
    log.info({ gatewayId: gateway.id }, 'gateway disconnected');
    if (stopping || sessions.holds(gateway.id, instanceId)) return;
    presence.leave(session).catch((error) => log.warn({ err: error }, 'disconnect not recorded'));
  }

  return {
    snapshotsBuilt: snapshots.built,
    enter(address, evict) {
      const pending = stopping ? undefined : limiter.enter(address, evict);
      if (!pending) return undefined;
      return { leave: pending.leave, accept: (socket, stream) => accept(socket, stream, pending) };
    },
    look,
    wake(changes) {
      membership.wake(changes);
      look();
    },
    async stop() {
      stopping = true;
      await Promise.all(stops.map((stop) => stop()));
      for (const socket of sockets) socket.close(CLOSE.goingAway);
      const deadline = performance.now() + GOODBYE_MS;
      while (sockets.size > 0 && performance.now() < deadline) await delay(10);
      for (const socket of sockets) socket.terminate();
      await usage.settled();
      await applied.stop().catch((error) => log.warn({ err: error }, 'versions were not stored'));
      await presence.clear().catch((error) => log.warn({ err: error }, 'disconnects not recorded'));
    },
  };
}

function byKey<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}
