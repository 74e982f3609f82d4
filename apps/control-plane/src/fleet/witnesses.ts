import type { UpwardOf, WitnessAlarm } from '@tollkeeper/protocol';
import {
  type Hash,
  NoteError,
  parseCheckpoint,
  parseNote,
  verifyCosignature,
  witnessVerifierKey,
} from '@tollkeeper/transparency-log';
import { redactSecrets } from '@tollkeeper/verify';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { StoredAlarm } from '../db/schema/index.ts';
import { createSingleFlight } from '../replication/single-flight.ts';
import type { ConnectedGateways } from './connected-gateways.ts';
import { isOpen, type Session, type SessionWitness, send } from './gateway-session.ts';
import type { Seal } from './seal.ts';
import { createSnapshotRateLimit } from './snapshot-rate-limit.ts';
import { noteWitness, storeCosignature } from './store-witnesses.ts';

/** The newest checkpoint of an organization's transparency log. */
export interface PublishedLog {
  readonly organizationId: string;
  /** Verifier key. */
  readonly logKey: string;
  readonly size: number;
  /** Signed note, without cosignatures. */
  readonly note: string;
  /** Consistency proof from the older size. */
  proof(oldSize: number): Promise<readonly Hash[]>;
}

/** Reads those of the organizations that have a log. */
export type ReadLogs = (organizationIds: readonly string[]) => Promise<readonly PublishedLog[]>;

/** Called with what a gateway found wrong, or null when it was found right again. */
export type OnWitnessAlarm = (
  gateway: Pick<Session['gateway'], 'id' | 'organizationId'>,
  alarm: StoredAlarm | null,
) => Promise<void>;

/** The connected gateways as witnesses of the transparency logs of their organizations. */
export interface Witnesses {
  receive(session: Session, message: UpwardOf<'witness' | 'cosignature'>): void;
  /** Sends the newest checkpoint to each gateway that has not been sent it. */
  publish(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

interface WitnessesOptions {
  readonly db: Database;
  readonly seal: Seal;
  readonly gateways: ConnectedGateways;
  readonly readLogs: ReadLogs;
  readonly onAlarm: OnWitnessAlarm;
  readonly clock: () => Date;
  readonly log: Logger;
  /** In milliseconds; only goes forward. */
  readonly now?: () => number;
}

/** An honest gateway sends one when it connects, and one for each checkpoint, which is one a minute. */
const MESSAGES = { atOnce: 60, everyMs: 1000 };

export function createWitnesses(options: WitnessesOptions): Witnesses {
  const { db, seal, gateways, readLogs, onAlarm, clock, log, now } = options;
  const { run: publish, idle } = createSingleFlight(publishAll);
  const underWay = new Set<Promise<void>>();
  /** Five at once, then one a minute, as of snapshots: each alarm is an event that is kept for ever. */
  const alarmLimit = createSnapshotRateLimit(now);
  const messageLimit = createSnapshotRateLimit(now, MESSAGES);
  /** Of what the log says of messages that are ignored. */
  const ignoredLimit = createSnapshotRateLimit(now, { atOnce: 1, everyMs: 60_000 });

  /** The sizes are read before the logs: a log that is smaller then has lost something. */
  async function publishAll(): Promise<void> {
    const asked = witnessesOf(gateways);
    if (asked.length === 0) return;
    const byOrganization = Map.groupBy(asked, ({ session }) => session.gateway.organizationId);
    for (const published of await readLogs([...byOrganization.keys()])) {
      const { organizationId } = published;
      await offer(published, byOrganization.get(organizationId) ?? []).catch((error) => {
        log.warn({ err: error, organizationId }, 'checkpoint not sent: its log cannot be read');
      });
    }
  }

  async function offer(published: PublishedLog, asked: ReturnType<typeof witnessesOf>) {
    const { size } = published;
    const body = parseNote(published.note).text;
    const frames = new Map<number, Promise<Uint8Array>>();
    for (const { session, witness, size: oldSize } of asked) {
      if (witness.offered?.size === size && witness.offered.oldSize === oldSize) continue;
      witness.offered = { size, body, oldSize };
      const frame = frames.get(oldSize) ?? sealCheckpoint(published, session, oldSize);
      // With the nonce of one gateway, it is of use to no other.
      if (oldSize <= size) frames.set(oldSize, frame);
      send(session, await frame);
    }
  }

  async function sealCheckpoint(published: PublishedLog, session: Session, oldSize: number) {
    const { organizationId, logKey, note, size } = published;
    const header = { type: 'checkpoint' as const, organizationId, logKey, note };
    if (oldSize > size) return seal({ ...header, nonce: session.nonce, oldSize: 0, proof: [] });
    const hashes = await published.proof(oldSize);
    const proof = hashes.map((each) => Buffer.from(each).toString('base64'));
    return seal({ ...header, oldSize, proof });
  }

  async function announced(session: Session, message: UpwardOf<'witness'>): Promise<void> {
    const { gateway } = session;
    const known = await noteWitness(db, gateway.id, message);
    if (!known) return;
    const { publicKey, size, alarm } = message;
    if (known.publicKey !== publicKey) {
      const whose = known.publicKey === null ? 'of another gateway' : 'that it did not have before';
      log.warn({ gatewayId: gateway.id }, `gateway announced a witness key ${whose}`);
      session.witness = null;
      const keys = { kept: known.publicKey ?? '', received: publicKey };
      const changed = { kind: 'witness_key', atMs: clock().getTime(), ...keys } as const;
      return changeAlarm(session, known.alarm, changed);
    }
    session.witness = { publicKey, size, offered: session.witness?.offered ?? null };
    await changeAlarm(session, known.alarm, alarm && withoutSecrets(alarm));
    await publish();
  }

  /** An honest gateway repeats its alarm until its operator resolves it; one that lies invents others. */
  async function changeAlarm(
    { gateway }: Session,
    before: StoredAlarm | null,
    alarm: StoredAlarm | null,
  ): Promise<void> {
    if (before?.kind === alarm?.kind && before?.received === alarm?.received) return;
    if (alarmLimit.waitMs(gateway.id) > 0) {
      log.warn(
        { gatewayId: gateway.id, kind: alarm?.kind },
        'witness alarm not recorded: too many',
      );
      return;
    }
    alarmLimit.take(gateway.id);
    await onAlarm(gateway, alarm);
  }

  async function cosigned(session: Session, message: UpwardOf<'cosignature'>): Promise<void> {
    const { witness, gateway } = session;
    const offered = witness?.offered;
    if (!witness || offered?.size !== message.size) return;
    const { origin } = parseCheckpoint(offered.body);
    const key = witnessVerifierKey(origin, Buffer.from(witness.publicKey, 'base64url'));
    verifyCosignature(offered.body, message.line, key);
    witness.size = message.size;
    witness.offered = { ...offered, oldSize: message.size };
    await storeCosignature(db, gateway, key, { ...message, body: offered.body });
  }

  function track(session: Session, work: Promise<void>): void {
    const done = work
      .catch((error) => {
        const { id: gatewayId } = session.gateway;
        const isWrong = error instanceof NoteError;
        const what = isWrong ? 'gateway sent a wrong cosignature' : 'witness could not be noted';
        log.warn({ err: error, gatewayId }, what);
      })
      .finally(() => underWay.delete(done));
    underWay.add(done);
  }

  return {
    publish,
    receive(session, message) {
      const gatewayId = session.gateway.id;
      // Each costs a statement or more. What is ignored comes again with the next checkpoint.
      if (messageLimit.waitMs(gatewayId) > 0) {
        const level = ignoredLimit.waitMs(gatewayId) > 0 ? 'debug' : 'warn';
        if (level === 'warn') ignoredLimit.take(gatewayId);
        log[level]({ gatewayId, type: message.type }, 'witness message ignored: too many');
        return;
      }
      messageLimit.take(gatewayId);
      if (message.type === 'witness') track(session, announced(session, message));
      else track(session, cosigned(session, message));
    },
    async settled() {
      await Promise.all(underWay);
      await idle();
    },
  };
}

/** What a gateway says to have received is any text, and an event is kept for ever. */
function withoutSecrets(alarm: WitnessAlarm): WitnessAlarm {
  const { kept, received } = alarm;
  return { ...alarm, kept: redactSecrets(kept), received: redactSecrets(received) };
}

/** Of each gateway the newest connection, with the size that it has now. */
function witnessesOf(gateways: ConnectedGateways) {
  const newest = new Map<string, Session>();
  for (const session of gateways.all()) {
    if (session.witness && isOpen(session)) newest.set(session.gateway.id, session);
  }
  return [...newest.values()].flatMap((session) => {
    const witness: SessionWitness | null = session.witness;
    return witness ? [{ session, witness, size: witness.size }] : [];
  });
}
