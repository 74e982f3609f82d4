import type { KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createIdentity,
  identityText,
  readIdentity,
  WITNESS_ALARMS,
  type WitnessAlarm,
} from '@tollkeeper/protocol';
import { parseCheckpoint, parseNote, parseVkey, vkeyText } from '@tollkeeper/transparency-log';
import { FleetError, reasonOf } from '../fleet-error.ts';
import type { StateFolder } from '../state-folder/open-state-folder.ts';
import { writeWhole } from '../state-folder/write-whole.ts';
import type { SeenLog } from './check-checkpoint.ts';

/** The checkpoint that this gateway last cosigned. */
export interface KeptCheckpoint {
  readonly log: SeenLog;
  /** Signed note. */
  readonly note: string;
}

/** What a gateway remembers of the transparency log: its key, the last checkpoint, the first alarm. */
export interface WitnessFolder {
  readonly key: KeyObject;
  /** As stored at the start; undefined before the first checkpoint. */
  readonly checkpoint: KeptCheckpoint | undefined;
  readonly alarm: WitnessAlarm | undefined;
  /** Resolves once it would survive a power cut. */
  storeCheckpoint(checkpoint: KeptCheckpoint): Promise<void>;
  storeAlarm(alarm: WitnessAlarm): Promise<void>;
}

/**
 * Makes the folder, and the key, where they are missing. A file that is there and cannot be read
 * stops the start: a witness that forgets would trust a log anew that was rewritten.
 * @throws FleetError state_folder
 */
export async function openWitnessFolder(
  folder: Pick<StateFolder, 'path'>,
  organizationId: string,
): Promise<WitnessFolder> {
  const path = join(folder.path, 'witness');
  const keyPath = join(path, 'key');
  const checkpointPath = join(path, `${organizationId}.json`);
  const alarmPath = join(path, `${organizationId}.alarm.json`);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const stored = await readIfThere(keyPath);
    const key = stored === undefined ? createIdentity() : readIdentity(stored.trim());
    if (stored === undefined) await writeWhole(keyPath, `${identityText(key)}\n`);
    return {
      key,
      checkpoint: readKept(await readIfThere(checkpointPath)),
      alarm: readAlarm(await readIfThere(alarmPath)),
      storeCheckpoint: ({ log, note }) =>
        writeWhole(checkpointPath, jsonText({ logKey: vkeyText(log.key), note })),
      storeAlarm: (each) => writeWhole(alarmPath, jsonText(each)),
    };
  } catch (error) {
    throw new FleetError(
      'state_folder',
      `Cannot read what this gateway has witnessed from "${path}": ${reasonOf(error)}. Restore the ` +
        'folder, or delete it to trust the next checkpoint of the transparency log, whatever it is.',
      { cause: error },
    );
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readKept(text: string | undefined): KeptCheckpoint | undefined {
  if (text === undefined) return undefined;
  const { logKey, note } = JSON.parse(text) as Record<string, unknown>;
  if (typeof logKey !== 'string' || typeof note !== 'string') {
    throw new Error('a checkpoint is incomplete');
  }
  const checkpoint = parseCheckpoint(parseNote(note).text);
  return { log: { key: parseVkey(logKey), checkpoint }, note };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readAlarm(text: string | undefined): WitnessAlarm | undefined {
  if (text === undefined) return undefined;
  const { kind, atMs, kept, received } = JSON.parse(text) as Record<string, unknown>;
  const known = WITNESS_ALARMS.find((each) => each === kind);
  if (!known || !Number.isSafeInteger(atMs)) throw new Error('an alarm is incomplete');
  return { kind: known, atMs: Number(atMs), kept: String(kept), received: String(received) };
}
