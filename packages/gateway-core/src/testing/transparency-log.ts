import { createHash, type KeyObject } from 'node:crypto';
import { createIdentity, type DownwardOf } from '@tollkeeper/protocol';
import {
  checkpointText,
  NOTE_ED25519,
  signNote,
  verifierKey,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { ORGANIZATION } from './world.ts';

/** For tests: a transparency log, by the definitions of RFC 6962 and nothing else. */
export interface TestTransparencyLog {
  readonly origin: string;
  readonly privateKey: KeyObject;
  readonly logKey: string;
  leaves: string[];
  /** Signed note of the first leaves. */
  note(size?: number): string;
  /** Hashes in base64. */
  proof(oldSize: number, size?: number): string[];
  message(oldSize: number, facts?: Partial<DownwardOf<'checkpoint'>>): DownwardOf<'checkpoint'>;
}

export function createTransparencyLog(size = 0): TestTransparencyLog {
  const origin = `keys.example.com/${ORGANIZATION}`;
  const privateKey = createIdentity();
  const log: TestTransparencyLog = {
    ...{ origin, privateKey },
    logKey: vkeyText(verifierKey(origin, privateKey, NOTE_ED25519)),
    leaves: Array.from({ length: size }, (_, at) => `leaf ${at}`),
    note(count = log.leaves.length) {
      const rootHash = treeHash(log.leaves.slice(0, count));
      return signNote(checkpointText({ origin, size: count, rootHash }), {
        name: origin,
        privateKey,
      });
    },
    proof(oldSize, count = log.leaves.length) {
      if (oldSize === 0 || oldSize === count) return [];
      const hashes = consistencyProof(oldSize, log.leaves.slice(0, count), true);
      return hashes.map((each) => each.toString('base64'));
    },
    message: (oldSize, facts) => ({
      ...{ type: 'checkpoint', organizationId: ORGANIZATION, logKey: log.logKey },
      ...{ note: log.note(), oldSize, proof: log.proof(oldSize) },
      ...facts,
    }),
  };
  return log;
}

const hash = (...parts: (string | Buffer)[]) =>
  parts.reduce((all, each) => all.update(each), createHash('sha256')).digest();

/** The largest power of two that is smaller. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** MTH of RFC 6962, section 2.1. */
function treeHash(leaves: readonly string[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return hash('');
  if (leaves.length === 1) return hash(Buffer.of(0), first);
  const split = splitOf(leaves.length);
  return hash(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** SUBPROOF of RFC 6962, section 2.1.2. */
function consistencyProof(size: number, leaves: readonly string[], isWhole: boolean): Buffer[] {
  if (size === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return size <= split
    ? [...consistencyProof(size, left, isWhole), treeHash(right)]
    : [...consistencyProof(size - split, right, false), treeHash(left)];
}
