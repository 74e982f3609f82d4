import { createPublicKey } from 'node:crypto';
import type { Upward } from '@tollkeeper/contract';
import { onTestFinished } from 'vitest';
import { createFaults, type Faults } from '../faults.ts';
import { openConfirmedFile, openSnapshotFile } from '../snapshot/index.ts';
import { openStateFolder } from '../state-folder/index.ts';
import { createTestClock, type TestClock } from '../testing/clock.ts';
import { createSealer, type Sealer } from '../testing/sealer.ts';
import { createTestLog, makeStateDir } from '../testing/start.ts';
import { decisionsOf, ORGANIZATION, WORKSPACE } from '../testing/world.ts';
import { openFrame } from '../wire/frame.ts';
import {
  createFollow,
  createFreshness,
  createIndexFollower,
  type Follow,
  type Follower,
} from './index.ts';

/** For tests: following, with the disk, without a connection. */
export interface TestFollow {
  readonly follow: Follow;
  readonly sealer: Sealer;
  readonly clock: TestClock;
  readonly faults: Faults;
  readonly stateDir: string;
  ageMs(): number | null;
  /** Gives it what came, and returns what it answers. */
  take(...frames: Uint8Array[]): Promise<Upward[]>;
  /** About the first secrets; undefined without keys. */
  decisions(count?: number): string[] | undefined;
  /** Ends it as if it was killed. */
  kill(): void;
}

interface Given {
  readonly stateDir?: string;
  readonly clock?: TestClock;
  /** Decides in place of this one. */
  readonly follower?: Follower;
}

export async function openFollow(
  sealer: Sealer = createSealer(),
  given: Given = {},
): Promise<TestFollow> {
  const { stateDir = await makeStateDir(), clock = createTestClock() } = given;
  const log = createTestLog();
  const folder = await openStateFolder(stateDir, log);
  const controlPlaneKey = createPublicKey(sealer.signingKey);
  const own = createIndexFollower(ORGANIZATION);
  const freshness = createFreshness(clock);
  const faults = createFaults();
  const follow = createFollow({
    place: { organizationId: ORGANIZATION, workspaceId: WORKSPACE },
    controlPlaneKey,
    follower: given.follower ?? own,
    snapshotFile: openSnapshotFile(folder),
    confirmedFile: openConfirmedFile(folder),
    freshness,
    faults,
    clock,
    random: () => 0,
    log,
  });
  onTestFinished(async () => {
    await follow.close();
    folder.release();
  });
  async function takeOne(frame: Uint8Array): Promise<Upward[]> {
    try {
      const { header, body } = openFrame(frame, controlPlaneKey);
      if (header.type !== 'snapshot' && header.type !== 'changes') throw new Error(header.type);
      return await follow.take(header, body, frame);
    } catch (error) {
      return follow.reject(error);
    }
  }
  return {
    follow,
    sealer,
    clock,
    faults,
    stateDir,
    ageMs: freshness.ageMs,
    async take(...frames) {
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
}

/** The same state folder in the next process. */
export async function reopen(before: TestFollow): Promise<TestFollow> {
  before.kill();
  const next = await openFollow(before.sealer, before);
  await next.follow.load();
  return next;
}
