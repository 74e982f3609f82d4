import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/connect.ts';
import type { Feeds } from './feeds.ts';
import { flushed, isOpen, type Session, send, sendWhole } from './gateway-session.ts';
import type { Lineages } from './lineages.ts';
import { changesOf, readChanges } from './read-changes.ts';
import { readSubjects } from './read-entries.ts';
import type { WorkspacePosition } from './read-positions.ts';
import { audienceOf, type Recipient, type Seal, type SealedChanges, sealChanges } from './seal.ts';
import type { SnapshotRateLimit } from './snapshot-rate-limit.ts';
import type { Snapshots } from './snapshots.ts';

export interface SendMissedOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly feeds: Feeds;
  readonly snapshots: Snapshots;
  readonly lineages: Lineages;
  readonly rateLimit: SnapshotRateLimit;
}

/** A gateway that is further behind gets a snapshot. */
const VERSIONS_MAX = 5000;
/** How long what was read for one gateway is reused for others, in milliseconds. */
const SHARED_MS = 2000;

/**
 * Brings a gateway up to date, by the changes that it missed or by a snapshot, until it has joined
 * the feed of its workspace. Waits for slow readers, so that each keeps only a part in memory.
 * @returns a function that ends when the session has joined or closed; false when its workspace is gone
 */
export function createSendMissed(
  options: SendMissedOptions,
): (session: Session) => Promise<boolean> {
  const { feeds, lineages, rateLimit } = options;
  const missed = sharing((recipient: Recipient, from: number) =>
    readMissed(options, recipient, from),
  );

  return async (session) => {
    const { gateway } = session;
    const recipient = recipientOf(session);
    while (isOpen(session)) {
      await flushed(session);
      const { check } = session;
      const current = await lineages.find(gateway.workspaceId);
      if (!current) return false;
      if (needsSnapshot(session, current)) {
        const waitMs = rateLimit.waitMs(gateway.id);
        if (waitMs > 0) {
          await delay(waitMs, undefined, { ref: false });
          continue;
        }
        rateLimit.take(gateway.id);
        if (!(await sendSnapshot(options, session, current))) return false;
      } else if (session.sent !== current.version) {
        const messages = await missed(recipient, session.sent ?? 0);
        if (messages) await sendAll(session, messages);
        else session.snapshotMin = current.version;
      } else if (feeds.join(session, current, check)) {
        // What was committed since `current` was read may have been looked for before it joined.
        await feeds.step();
        return true;
      } else {
        await feeds.step();
      }
    }
    return true;
  };
}

function needsSnapshot({ sent, snapshotMin }: Session, { version }: WorkspacePosition): boolean {
  return snapshotMin !== null || sent === null || version - sent > VERSIONS_MAX;
}

async function sendSnapshot(
  { snapshots, seal }: SendMissedOptions,
  session: Session,
  { version }: WorkspacePosition,
): Promise<boolean> {
  const own = session.sent ?? session.versionMin ?? 0;
  const versionMin = Math.max(own, session.snapshotMin ?? 0, version - VERSIONS_MAX);
  return snapshots.acquire(recipientOf(session), versionMin, async (snapshot) => {
    session.snapshotMin = null;
    if (session.versionMin === null) sendLineage(seal, session, snapshot.version, false);
    for (let part = 0; isOpen(session); part += 1) {
      const bytes = await snapshot.read(part);
      if (!bytes) break;
      await sendWhole(session, bytes);
    }
    session.sent = snapshot.version;
  });
}

function recipientOf({ gateway, epoch, protocol }: Session): Recipient {
  const { organizationId, workspaceId } = gateway;
  return { organizationId, workspaceId, epoch, protocol };
}

/** To be sent once on a connection, before anything of that lineage. @param version that it begins with */
export function sendLineage(seal: Seal, session: Session, version: number, continues: boolean) {
  const { nonce, epoch, gateway } = session;
  const { organizationId, workspaceId } = gateway;
  session.versionMin = version;
  const place = { organizationId, workspaceId };
  send(session, seal({ type: 'lineage', nonce, ...place, epoch, version, continues }));
}

async function sendAll(session: Session, messages: readonly SealedChanges[]): Promise<void> {
  for (const { to, bytes } of messages) {
    await sendWhole(session, bytes);
    session.sent = to;
  }
}

/** Undefined when they are no longer all there, or too many to be sent one by one. */
async function readMissed(
  { db, seal, lineages }: SendMissedOptions,
  recipient: Recipient,
  from: number,
): Promise<readonly SealedChanges[] | undefined> {
  const { workspaceId, epoch } = recipient;
  const { versions } = await readChanges(db, [{ workspaceId, version: from }]);
  if (versions.length === 0 || versions.some((each, at) => each.version !== from + 1 + at)) {
    return undefined;
  }
  const subjects = await readSubjects(db, changesOf(versions), [recipient]);
  const latest = await lineages.find(workspaceId);
  if (!latest) return undefined;
  lineages.note(workspaceId, epoch, latest);
  return sealChanges(seal, recipient, from, versions, subjects, latest);
}

type Missed = (recipient: Recipient, from: number) => Promise<readonly SealedChanges[] | undefined>;

/** Reads the same changes once for many gateways that return together. */
function sharing(read: Missed): Missed {
  const known = new Map<string, ReturnType<Missed>>();
  return (recipient, from) => {
    const name = `${audienceOf(recipient)} ${recipient.epoch} ${from}`;
    const found = known.get(name);
    if (found) return found;
    const reading = read(recipient, from);
    known.set(name, reading);
    const forget = () => void known.delete(name);
    reading.then(() => setTimeout(forget, SHARED_MS).unref(), forget);
    return reading;
  };
}
