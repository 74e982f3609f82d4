import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import {
  createIdentity,
  type DownwardOf,
  type Hello,
  openFrame,
  PROTOCOL_VERSION,
  type Upward,
  verifyApplied,
} from '@tollkeeper/protocol';
import { expect, onTestFinished } from 'vitest';
import { createFaults, type Faults } from '../faults.ts';
import { openConfirmedFile } from '../snapshot/confirmed-file.ts';
import { openSnapshotFile } from '../snapshot/snapshot-file.ts';
import { openStateFolder } from '../state-folder/open-state-folder.ts';
import { createTestClock, type TestClock } from '../testing/clock.ts';
import { createSealer, type Sealer } from '../testing/sealer.ts';
import { createTestLog, makeStateDir } from '../testing/start.ts';
import { decisionsOf, keyOf, ORGANIZATION, WORKSPACE } from '../testing/world.ts';
import {
  createFreshness,
  createIndexStore,
  createSnapshotSync,
  type KeyStore,
  type SnapshotSync,
} from './index.ts';

/** For tests: a snapshot sync on a real disk, without a connection. */
export interface TestSync {
  readonly sync: SnapshotSync;
  readonly sealer: Sealer;
  readonly clock: TestClock;
  readonly faults: Faults;
  readonly stateDir: string;
  /** That the control plane challenges in. */
  protocol: number;
  /** What it said hello with on the connection that stands. */
  said: Pick<Hello, 'nonce' | 'version' | 'latest'>;
  ageMs(): number | null;
  /** Connects again, to a control plane that knows what it has unless `facts` say otherwise. */
  connect(facts?: Partial<DownwardOf<'lineage'>>): Promise<void>;
  /** Has it ask whether it is current, and answers that it is. @returns what it answers */
  confirm(): Promise<Upward[]>;
  /** Gives it what came, and returns what it answers. */
  receive(...frames: Uint8Array[]): Promise<Upward[]>;
  /** About the first secrets; undefined without keys. */
  decisions(count?: number): string[] | undefined;
  /** Ends it as if it was killed. */
  kill(): void;
}

interface Given {
  readonly stateDir?: string;
  readonly clock?: TestClock;
  /** Decides in place of this one. */
  readonly keyStore?: KeyStore;
}

/** On a connection that stands. */
export async function openTestSync(
  sealer: Sealer = createSealer(),
  given: Given = {},
): Promise<TestSync> {
  const it = await open(sealer, given);
  await it.connect();
  return it;
}

async function open(sealer: Sealer, given: Given): Promise<TestSync> {
  const { stateDir = await makeStateDir(), clock = createTestClock() } = given;
  const log = createTestLog();
  const folder = await openStateFolder(stateDir, log);
  const controlPlaneKey = createPublicKey(sealer.signingKey);
  const identityKey = createIdentity();
  const own = createIndexStore(ORGANIZATION);
  const freshness = createFreshness(clock);
  const faults = createFaults();
  const sync = createSnapshotSync({
    place: { organizationId: ORGANIZATION, workspaceId: WORKSPACE },
    controlPlaneKey,
    identityKey,
    keyStore: given.keyStore ?? own,
    snapshotFile: openSnapshotFile(folder),
    confirmedFile: openConfirmedFile(folder),
    freshness,
    faults,
    clock,
    random: () => 0,
    randomBytes,
    log,
  });
  onTestFinished(async () => {
    await sync.close();
    folder.release();
  });
  async function takeOne(frame: Uint8Array): Promise<Upward[]> {
    try {
      const { header, body } = openFrame(frame, controlPlaneKey);
      switch (header.type) {
        case 'lineage':
        case 'snapshot':
        case 'changes':
        case 'confirmed':
          return (await sync.receive(header, body, frame)).map((each) => read(each, identityKey));
        default:
          throw new Error(header.type);
      }
    } catch (error) {
      return sync.reject(error);
    }
  }
  /** What is not answered yet: at first, the hello. */
  let asked = '';
  const noteCheck = (messages: readonly Upward[]) => {
    for (const each of messages) if (each.type === 'check') asked = each.nonce;
  };
  const it: TestSync = {
    protocol: PROTOCOL_VERSION,
    said: { nonce: '', version: null, latest: null },
    sync,
    sealer,
    clock,
    faults,
    stateDir,
    ageMs: freshness.ageMs,
    async connect(facts) {
      await sync.disconnected();
      it.said = sync.hello(it.protocol);
      asked = it.said.nonce;
      const continues = it.said.version !== null;
      expect(await takeOne(sealer.lineage(it.said.nonce, { continues, ...facts }))).toEqual([]);
    },
    async confirm() {
      noteCheck(sync.check());
      const answers = await takeOne(sealer.confirmed(asked));
      noteCheck(answers);
      return answers;
    },
    async receive(...frames) {
      const answers: Upward[] = [];
      for (const frame of frames) answers.push(...(await takeOne(frame)));
      return answers;
    },
    decisions(count = 4) {
      const index = own.index();
      return index && decisionsOf(index, count);
    },
    kill: folder.release,
  };
  return it;
}

/** The same state folder in the next process. */
export async function reopen(before: TestSync): Promise<TestSync> {
  before.kill();
  const next = await open(before.sealer, before);
  await next.sync.load();
  await next.connect();
  return next;
}

/** About the first secrets, before and after `revoke`. */
export const BEFORE = ['valid', 'valid', 'valid', 'not_found'];
export const AFTER = ['valid', 'revoked', 'valid', 'not_found'];

/** With the whole snapshot of version 0, acknowledged. */
export async function openAtStart(): Promise<TestSync> {
  const it = await openTestSync();
  expect(await it.receive(...it.sealer.snapshot())).toMatchObject([{ type: 'ack', version: 0 }]);
  return it;
}

/** The second key. */
export function revoke({ sealer }: TestSync): void {
  sealer.world.change(keyOf(2, { status: 'revoked' }));
}

/** The message without its signature, which has to be right. */
function read(message: Upward, identity: KeyObject): Upward {
  if (message.type !== 'ack' || !message.signed) return message;
  const { signed, ...ack } = message;
  const claims = { ...ack, workspaceId: WORKSPACE, atMs: signed.atMs };
  expect(verifyApplied(createPublicKey(identity), claims, signed.signature)).toBe(true);
  return ack;
}
