import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { Follower } from '../kernel/follower.ts';
import { readChanges, readStandings, type Standing, type WorkspaceChange } from './read-changes.ts';
import { type Place, readSubjects } from './read-entries.ts';
import type { Seal } from './seal.ts';
import { type SealedChanges, sealChanges } from './seal-changes.ts';
import { isSlow, type Session, send } from './session.ts';

/** The gateways of one workspace that were all sent the same version, and get what comes next. */
interface Feed extends Place {
  version: number;
  readonly sessions: Set<Session>;
  confirmation: { readonly standing: Standing; readonly bytes: Uint8Array } | undefined;
}

/** Tells gateways what changes as it changes, each message signed once for all of a workspace. */
export interface Feeds {
  /** Follows with the others if the session was sent just what they were; else false. */
  join(session: Session, standing: Standing): boolean;
  leave(session: Session): void;
  /** Looks for changes now. Whoever waits knows that all committed before the call were seen. */
  step(): Promise<void>;
  /** Says which versions are current, of those that are known to be. */
  confirm(): Promise<void>;
}

export interface FeedOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly follower: Pick<Follower, 'current'>;
  readonly log: Logger;
  /** Takes a session that can no longer follow with the others. */
  readonly onLost: (session: Session) => void;
}

/** How old a confirmation may be that is sent again, in milliseconds. */
const REPEAT_MS = 1000;

export function createFeeds({ db, seal, follower, log, onLost }: FeedOptions): Feeds {
  const feeds = new Map<string, Feed>();
  let stepping: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function step(): Promise<void> {
    if (!stepping) {
      stepping = readAll().finally(() => {
        stepping = undefined;
      });
      return stepping;
    }
    following ??= stepping
      .catch(() => undefined)
      .then(() => {
        following = undefined;
        return step();
      });
    return following;
  }

  async function readAll(): Promise<void> {
    for (;;) {
      const known = [...feeds.values()].map(({ workspaceId, version }) => ({
        workspaceId,
        version,
      }));
      if (known.length === 0) return;
      const { changes, readAtMs, cut } = await readChanges(db, known);
      if (changes.length === 0) return;
      const subjects = await readSubjects(db, changes);
      const byWorkspace = Map.groupBy(changes, (each) => each.workspaceId);
      for (const [workspaceId, list] of byWorkspace) {
        const feed = feeds.get(workspaceId);
        if (!feed) continue;
        // Everybody may have left and others come while the rows were read.
        const fresh = list.filter((each) => each.version > feed.version);
        if (follows(feed, fresh)) {
          tell(feed, sealChanges(seal, feed, feed.version, fresh, subjects, readAtMs));
        } else if (fresh.length > 0) {
          tell(feed, undefined);
        }
      }
      if (!cut) return;
    }
  }

  function tell(feed: Feed, messages: readonly SealedChanges[] | undefined): void {
    if (!messages) {
      log.warn({ workspaceId: feed.workspaceId }, 'changes cannot be told one by one');
      for (const session of [...feed.sessions]) lose(feed, session, true);
      return;
    }
    for (const { to, bytes } of messages) {
      for (const session of [...feed.sessions]) {
        if (isSlow(session)) {
          lose(feed, session, false);
          continue;
        }
        send(session, bytes);
        session.sent = to;
      }
      feed.version = to;
    }
  }

  function lose(feed: Feed, session: Session, wantsSnapshot: boolean): void {
    session.wantsSnapshot ||= wantsSnapshot;
    remove(feed, session);
    onLost(session);
  }

  function remove(feed: Feed, session: Session): void {
    feed.sessions.delete(session);
    if (feed.sessions.size === 0) feeds.delete(feed.workspaceId);
  }

  /** What this process does not know it cannot vouch for: it must be sure of its own memory, too. */
  function confirmationOf(feed: Feed, standing: Standing): Uint8Array | undefined {
    if (standing.version !== feed.version || !follower.current()) return undefined;
    const { organizationId, workspaceId, confirmation } = feed;
    const known = confirmation?.standing;
    if (
      confirmation &&
      known?.version === standing.version &&
      Math.abs(standing.readAtMs - known.readAtMs) < REPEAT_MS
    ) {
      return confirmation.bytes;
    }
    const bytes = seal({
      type: 'changes',
      organizationId,
      workspaceId,
      from: standing.version,
      to: standing.version,
      issuedAtMs: standing.readAtMs,
    });
    feed.confirmation = { standing, bytes };
    return bytes;
  }

  return {
    step,
    join(session, standing) {
      const { organizationId, workspaceId } = session.gateway;
      if (session.sent !== standing.version) return false;
      let feed = feeds.get(workspaceId);
      if (!feed) {
        const version = standing.version;
        feed = {
          organizationId,
          workspaceId,
          version,
          sessions: new Set(),
          confirmation: undefined,
        };
        feeds.set(workspaceId, feed);
      }
      if (feed.version !== session.sent) return false;
      feed.sessions.add(session);
      const bytes = confirmationOf(feed, standing);
      if (bytes) send(session, bytes);
      return true;
    },
    leave(session) {
      const feed = feeds.get(session.gateway.workspaceId);
      if (feed?.sessions.has(session)) remove(feed, session);
    },
    async confirm() {
      if (feeds.size === 0 || !follower.current()) return;
      const standings = await readStandings(db, [...feeds.keys()]);
      for (const standing of standings) {
        const feed = feeds.get(standing.workspaceId);
        const bytes = feed && confirmationOf(feed, standing);
        if (!bytes) continue;
        for (const session of feed.sessions) if (!isSlow(session)) send(session, bytes);
      }
      const isBehind = standings.some(
        ({ workspaceId, version }) => (feeds.get(workspaceId)?.version ?? version) < version,
      );
      if (isBehind) await step();
    },
  };
}

/** Versions leave no gap, unless old changes were purged. */
function follows(feed: Feed, changes: readonly WorkspaceChange[]): boolean {
  return changes.length > 0 && changes.every((each, at) => each.version === feed.version + 1 + at);
}
