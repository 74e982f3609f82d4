import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { ChangeFeed } from '../replication/change-feed.ts';
import { createSingleFlight } from '../replication/single-flight.ts';
import { isSlow, type Session, send } from './gateway-session.ts';
import type { Lineages } from './lineages.ts';
import { changesOf, readChanges, type WorkspaceVersion } from './read-changes.ts';
import { readSubjects, type Subjects } from './read-entries.ts';
import type { WorkspacePosition } from './read-positions.ts';
import { audienceOf, type Recipient, type Seal, type SealedChanges, sealChanges } from './seal.ts';

/**
 * The gateways of one workspace that all have the same version and speak the same one of the
 * protocol, and receive what comes next.
 */
interface Feed extends Recipient {
  version: number;
  readonly sessions: Set<Session>;
}

/** Sends changes to gateways as they happen, each message signed once for all of a workspace. */
export interface Feeds {
  /**
   * Adds the session if it has the version of the feed; else false.
   * @param check nonce that the session had asked with before the position was read
   */
  join(session: Session, current: WorkspacePosition, check: string | null): boolean;
  leave(session: Session): void;
  /** Sends nothing more to gateways of the workspace. */
  drop(workspaceId: string): void;
  /** Reads changes now. Once it resolves, all that were committed before the call were read. */
  step(): Promise<void>;
  /** Answers the check of the session, unless it has to wait. */
  answer(session: Session): Promise<void>;
  /** Answers all checks, and reads changes where some were missed. */
  confirm(): Promise<void>;
}

interface FeedOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly lineages: Lineages;
  readonly changeFeed: Pick<ChangeFeed, 'current'>;
  readonly log: Logger;
  /** Called with a session that can no longer be sent changes in the feed. */
  readonly onLost: (session: Session) => void;
}

/** Shortest time between two answers to one gateway, in milliseconds. */
const ANSWER_MS = 1000;

export function createFeeds(options: FeedOptions): Feeds {
  const { db, seal, lineages, changeFeed, log, onLost } = options;
  /** By audience. */
  const feeds = new Map<string, Feed>();
  const { run: step } = createSingleFlight(readAll);

  async function readAll(): Promise<void> {
    for (;;) {
      const known = [...feeds.values()].map((feed) => ({ ...feed }));
      if (known.length === 0) return;
      const { versions, cut } = await readChanges(db, oldestOf(known));
      if (versions.length === 0) return;
      const subjects = await readSubjects(db, changesOf(versions), known);
      const byWorkspace = Map.groupBy(versions, (each) => each.workspaceId);
      const positions = await lineages.findAll([...byWorkspace.keys()]);
      for (const latest of positions) {
        const { workspaceId } = latest;
        const list = byWorkspace.get(workspaceId) ?? [];
        for (const before of known.filter((each) => each.workspaceId === workspaceId)) {
          const feed = feeds.get(audienceOf(before));
          if (feed?.epoch === before.epoch) sendFresh(feed, list, subjects, latest);
        }
      }
      if (!cut) return;
    }
  }

  /** All sessions may have left and others joined while the rows were read. */
  function sendFresh(
    feed: Feed,
    versions: readonly WorkspaceVersion[],
    subjects: Subjects,
    latest: WorkspacePosition,
  ): void {
    const fresh = versions.filter((each) => each.version > feed.version);
    if (follows(feed, fresh)) {
      lineages.note(feed.workspaceId, feed.epoch, latest);
      sendChanges(feed, sealChanges(seal, feed, feed.version, fresh, subjects, latest));
    } else if (fresh.length > 0) {
      sendChanges(feed, undefined);
    }
  }

  function sendChanges(feed: Feed, messages: readonly SealedChanges[] | undefined): void {
    if (!messages) {
      log.warn(
        { workspaceId: feed.workspaceId },
        'changes cannot be sent one by one; sending a snapshot',
      );
      for (const session of [...feed.sessions]) lose(feed, session);
      return;
    }
    for (const { to, bytes } of messages) {
      for (const session of [...feed.sessions]) {
        if (isSlow(session)) {
          lose(feed, session);
          continue;
        }
        send(session, bytes);
        session.sent = to;
      }
      feed.version = to;
    }
  }

  function lose(feed: Feed, session: Session): void {
    remove(feed, session);
    onLost(session);
  }

  function remove(feed: Feed, session: Session): void {
    feed.sessions.delete(session);
    if (feed.sessions.size === 0) feeds.delete(audienceOf(feed));
  }

  /** Confirms only what this process knows for certain, so its own memory must be current, too. */
  function confirm(session: Session, check: string | null, current: WorkspacePosition): void {
    const feed = feedOf(session);
    const isSure = feed !== undefined && feed.version >= current.version && changeFeed.current();
    if (check === null || check !== session.check || !isSure || isSlow(session)) return;
    session.check = null;
    session.answeredAt = performance.now();
    send(session, seal({ type: 'confirmed', nonce: check, version: feed.version }));
  }

  /** Feed that the session has joined, if any. */
  function feedOf(session: Session): Feed | undefined {
    const feed = feeds.get(audienceOfSession(session));
    return feed?.sessions.has(session) ? feed : undefined;
  }

  function findOrBegin(session: Session, version: number): Feed {
    const { gateway, epoch, protocol } = session;
    const { organizationId, workspaceId } = gateway;
    const audience = audienceOfSession(session);
    const known = feeds.get(audience);
    if (known) return known;
    const recipient = { organizationId, workspaceId, epoch, protocol };
    const feed = { ...recipient, version, sessions: new Set<Session>() };
    feeds.set(audience, feed);
    return feed;
  }

  return {
    step,
    join(session, current, check) {
      if (session.sent !== current.version) return false;
      const feed = findOrBegin(session, current.version);
      if (feed.version !== session.sent || feed.epoch !== session.epoch) return false;
      feed.sessions.add(session);
      confirm(session, check, current);
      return true;
    },
    leave(session) {
      const feed = feedOf(session);
      if (feed) remove(feed, session);
    },
    drop(workspaceId) {
      for (const [audience, feed] of feeds) {
        if (feed.workspaceId === workspaceId) feeds.delete(audience);
      }
    },
    async answer(session) {
      const { check } = session;
      if (performance.now() - session.answeredAt < ANSWER_MS) return;
      // Read after the question, so that the answer is a new one.
      const current = feedOf(session) && (await lineages.find(session.gateway.workspaceId));
      if (!current) return;
      if ((feedOf(session)?.version ?? current.version) < current.version) await step();
      confirm(session, check, current);
    },
    async confirm() {
      if (feeds.size === 0) return;
      const asked = [...feeds.values()].flatMap(({ sessions }) =>
        [...sessions].map((session) => ({ session, check: session.check })),
      );
      const workspaceIds = [...feeds.values()].map((feed) => feed.workspaceId);
      const positions = await lineages.findAll([...new Set(workspaceIds)]);
      const byWorkspace = new Map(positions.map((each) => [each.workspaceId, each]));
      const isBehind = [...feeds.values()].some(
        (feed) => feed.version < (byWorkspace.get(feed.workspaceId)?.version ?? 0),
      );
      if (isBehind) await step();
      for (const { session, check } of asked) {
        const current = byWorkspace.get(session.gateway.workspaceId);
        if (current) confirm(session, check, current);
      }
    },
  };
}

function audienceOfSession({ gateway, protocol }: Session): string {
  return audienceOf({ ...gateway, protocol });
}

/** Of each workspace, the feed that is furthest behind. */
function oldestOf(feeds: readonly Feed[]): Feed[] {
  const oldest = new Map<string, Feed>();
  for (const feed of feeds) {
    const known = oldest.get(feed.workspaceId);
    if (!known || feed.version < known.version) oldest.set(feed.workspaceId, feed);
  }
  return [...oldest.values()];
}

/** Versions leave no gap, unless old changes were purged. */
function follows(feed: Feed, versions: readonly WorkspaceVersion[]): boolean {
  return (
    versions.length > 0 && versions.every((each, at) => each.version === feed.version + 1 + at)
  );
}
