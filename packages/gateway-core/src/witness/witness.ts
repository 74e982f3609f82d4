import { createPublicKey } from 'node:crypto';
import {
  type DownwardOf,
  publicKeyText,
  type UpwardOf,
  type WitnessAlarm,
  type WitnessAlarmKind,
} from '@tollkeeper/protocol';
import { cosign, NoteError, parseVkey, witnessName } from '@tollkeeper/transparency-log';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { reasonOf } from '../fleet-error.ts';
import type { Log } from '../log.ts';
import { Rejection } from '../sync/index.ts';
import { checkCheckpoint, type KnownLog, type SeenLog } from './check-checkpoint.ts';
import type { WitnessFolder } from './witness-folder.ts';

/** A gateway as a witness of its organization's transparency log. */
export interface Witness {
  /** What it has seen, and what was wrong: to be sent once the gateway is welcomed. */
  announce(): UpwardOf<'witness'>;
  /**
   * @param nonce of the hello of this connection
   * @throws Rejection for what is no checkpoint of the organization
   */
  receive(
    header: DownwardOf<'checkpoint'>,
    nonce: string | undefined,
  ): Promise<UpwardOf<'witness' | 'cosignature'>>;
  status(): WitnessStatus;
}

export interface WitnessStatus {
  /** Size of the last checkpoint that it cosigned; 0 for none. */
  readonly size: number;
  /** The first thing of those that were most wrong; null while nothing ever was. */
  readonly alarm: WitnessAlarm | null;
}

interface WitnessOptions {
  readonly folder: WitnessFolder;
  readonly organizationId: string;
  /** Verifier key of the log, where the operator configured it; else the first one seen counts. */
  readonly logKey: string | undefined;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly log: Log;
}

const SENTENCES: Readonly<Record<WitnessAlarmKind, string>> = {
  fork: 'The transparency log contradicts a checkpoint that this gateway has cosigned: its history was rewritten.',
  rollback:
    'The transparency log is shorter than a checkpoint that this gateway has cosigned: its end was cut off.',
  log_key:
    'A checkpoint came from another log, or was signed by another key, than this gateway knows.',
};

/**
 * How much an alarm proves. Another key may be the operator's own change, and a log that ends earlier may be a
 * restored backup; two checkpoints of one key that contradict each other have no such reason.
 */
const PROOF: Readonly<Record<WitnessAlarmKind, number>> = { log_key: 0, rollback: 1, fork: 2 };

export function createWitness(options: WitnessOptions): Witness {
  const { folder, organizationId, faults, clock, log } = options;
  const publicKey = publicKeyText(createPublicKey(folder.key));
  let known: KnownLog | undefined = folder.checkpoint?.log;
  // What the operator says counts, not what came with the first checkpoint.
  if (options.logKey !== undefined) {
    known = { key: parseVkey(options.logKey), checkpoint: known?.checkpoint };
  }
  let keptNote = folder.checkpoint?.note ?? '';
  let alarm = folder.alarm ?? null;
  if (alarm) faults.set('witness', SENTENCES[alarm.kind]);

  const size = () => known?.checkpoint?.size ?? 0;
  const announce = () => ({ type: 'witness' as const, publicKey, size: size(), alarm });

  async function raise(kind: WitnessAlarmKind, received: string): Promise<void> {
    log.error({ organizationId, kind }, SENTENCES[kind]);
    // The first is the evidence: later ones of its kind would only overwrite it. One that proves more takes its place.
    if (alarm && PROOF[kind] <= PROOF[alarm.kind]) return;
    faults.set('witness', SENTENCES[kind]);
    alarm = { kind, atMs: clock.epochMs(), kept: keptNote, received };
    await folder.storeAlarm(alarm);
  }

  /** On the disk first: a cosignature says that nothing that contradicts it will be cosigned. */
  async function accept(note: string, body: string, log: SeenLog) {
    await folder.storeCheckpoint({ log, note });
    known = log;
    keptNote = note;
    const name = witnessName(log.key.name, publicKey);
    const line = cosign(body, { name, privateKey: folder.key }, Math.floor(clock.epochMs() / 1000));
    return { type: 'cosignature' as const, size: size(), line };
  }

  return {
    announce,
    status: () => ({ size: size(), alarm }),
    async receive(header, nonce) {
      if (header.organizationId !== organizationId) {
        throw new Rejection('foreign', `A checkpoint of "${header.organizationId}" came`);
      }
      const isNewest = header.nonce !== undefined && header.nonce === nonce;
      try {
        const finding = checkCheckpoint({ ...header, isNewest }, known);
        if (finding.outcome === 'alarm') await raise(finding.kind, header.note);
        if (finding.outcome !== 'consistent') return announce();
        const accepted = await accept(header.note, finding.body, finding.log);
        faults.clear('witness_disk');
        return accepted;
      } catch (error) {
        if (error instanceof NoteError) throw new Rejection('malformed', error.message);
        faults.set('witness_disk', `A checkpoint cannot be stored: ${reasonOf(error)}.`);
        log.error({ err: error }, 'a checkpoint cannot be stored, so it was not cosigned');
        return announce();
      }
    },
  };
}
