import type { Database } from '../db/connect.ts';
import type { Feeds } from './feeds.ts';
import { readChanges, type Standing } from './read-changes.ts';
import { type Place, readSubjects } from './read-entries.ts';
import type { Seal } from './seal.ts';
import { type SealedChanges, sealChanges } from './seal-changes.ts';
import { flushed, isOpen, type Session, sendWhole } from './session.ts';
import type { Snapshots } from './snapshots.ts';

export interface CatchUpOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly feeds: Feeds;
  readonly snapshots: Snapshots;
  readonly findStanding: (workspaceId: string) => Promise<Standing | undefined>;
}

/** Further behind, a gateway gets a snapshot. */
const CHANGES_MAX = 5000;
/** How long what was read for one gateway is handed to others that ask the same, in ms. */
const SHARED_MS = 2000;

/**
 * Brings a gateway to where its workspace stands, by the changes that it missed or by a snapshot,
 * until it follows with the others. Waits for slow readers, so that each holds but a part.
 * @returns a function that ends when the session follows or closes; false when its workspace is gone
 */
export function catcherUp(options: CatchUpOptions): (session: Session) => Promise<boolean> {
  const { feeds, findStanding } = options;
  const missed = sharing((place: Place, from: number) => readMissed(options, place, from));

  return async (session) => {
    const place = session.gateway;
    while (isOpen(session)) {
      await flushed(session);
      const standing = await findStanding(place.workspaceId);
      if (!standing) return false;
      if (needsSnapshot(session, standing)) {
        if (!(await sendSnapshot(options, session, standing))) return false;
      } else if (session.sent !== standing.version) {
        const messages = await missed(place, session.sent ?? 0);
        if (messages) await sendAll(session, messages);
        else session.wantsSnapshot = true;
      } else if (feeds.join(session, standing)) {
        // What was committed since `standing` was read may have been looked for before it joined.
        await feeds.step();
        return true;
      } else {
        await feeds.step();
      }
    }
    return true;
  };
}

function needsSnapshot({ sent, wantsSnapshot }: Session, { version }: Standing): boolean {
  return wantsSnapshot || sent === null || sent > version || version - sent > CHANGES_MAX;
}

async function sendSnapshot(
  { snapshots }: CatchUpOptions,
  session: Session,
  { version }: Standing,
): Promise<boolean> {
  // A gateway takes none that is older than what it has, unless the database itself went back.
  const own = session.sent !== null && session.sent <= version ? session.sent : 0;
  const versionMin = Math.max(own, version - CHANGES_MAX);
  return snapshots.lend(session.gateway, versionMin, async (snapshot) => {
    session.wantsSnapshot = false;
    for (let part = 0; isOpen(session); part += 1) {
      const bytes = await snapshot.read(part);
      if (!bytes) break;
      await sendWhole(session, bytes);
    }
    session.sent = snapshot.version;
  });
}

async function sendAll(session: Session, messages: readonly SealedChanges[]): Promise<void> {
  for (const { to, bytes } of messages) {
    await sendWhole(session, bytes);
    session.sent = to;
  }
}

/** Undefined when they are no longer all there, or too much to be told one by one. */
async function readMissed(
  { db, seal }: CatchUpOptions,
  place: Place,
  from: number,
): Promise<readonly SealedChanges[] | undefined> {
  const { workspaceId } = place;
  const { changes, readAtMs } = await readChanges(db, [{ workspaceId, version: from }]);
  if (changes.length === 0 || changes.some((each, at) => each.version !== from + 1 + at)) {
    return undefined;
  }
  return sealChanges(seal, place, from, changes, await readSubjects(db, changes), readAtMs);
}

type Missed = (place: Place, from: number) => Promise<readonly SealedChanges[] | undefined>;

/** Of many gateways that return at once, most missed the same. */
function sharing(read: Missed): Missed {
  const known = new Map<string, ReturnType<Missed>>();
  return (place, from) => {
    const name = `${place.workspaceId} ${from}`;
    const found = known.get(name);
    if (found) return found;
    const reading = read(place, from);
    known.set(name, reading);
    const forget = () => void known.delete(name);
    reading.then(() => setTimeout(forget, SHARED_MS).unref(), forget);
    return reading;
  };
}
