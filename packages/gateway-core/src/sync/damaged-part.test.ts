import { createPublicKey } from 'node:crypto';
import {
  decodePart,
  deriveSigningKey,
  type Entry,
  encodePart,
  FrameError,
  openFrame,
  PartError,
  partFormat,
  sealFrame,
} from '@tollkeeper/protocol';
import { createKeyIndex, requireCompiled, UnsupportedPolicyError } from '@tollkeeper/verify';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entry, idOf, ORGANIZATION_ID } from '../../../protocol/src/testing/entry.ts';
import { answers, putDirectly } from './answers.fixture.ts';
import { applyPart } from './apply-part.ts';
import { damages } from './damages.fixture.ts';

const RUNS = process.env.LONG ? 200_000 : 300;
const TIMEOUT_MS = process.env.LONG ? 600_000 : 180_000;

const key = deriveSigningKey('secret');
const pinned = createPublicKey(key);
const histories = fc.sample(fc.array(entry, { minLength: 1, maxLength: 12 }), 30);
const parts = histories.map((entries) => encodePart(entries));
const frames = parts.map((part, at) => sealFrame(headerOf(at), part, key));

function headerOf(at: number) {
  const workspaceId = idOf('ws', at % 2);
  const shared = { organizationId: ORGANIZATION_ID, workspaceId, epoch: '0'.repeat(32) };
  const latest = { version: at + 1, revision: '00000000-0000-4000-8000-000000000000' };
  return at % 2
    ? ({ ...shared, type: 'changes', from: at, to: at + 1, latest } as const)
    : ({
        ...shared,
        type: 'snapshot',
        version: 9,
        issuedAtMs: 0,
        part: at >> 1,
        latest: null,
      } as const);
}

it(
  'never takes a damaged frame for one of the control plane',
  () => {
    for (const frame of frames) expect(openFrame(frame, pinned).body.length).toBeGreaterThan(0);
    const sealed = new Set(frames.map((frame) => Buffer.from(frame).toString('latin1')));
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...frames), damages(frames), (frame, damage) => {
        const damaged = damage(Buffer.from(frame));
        if (sealed.has(damaged.toString('latin1'))) return;
        expect(() => openFrame(damaged, pinned)).toThrow(FrameError);
        refused++;
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS * 0.8);
  },
  TIMEOUT_MS,
);

it(
  'applies a damaged part whole, as what it then says, or not at all',
  () => {
    const seen = { refused: 0, applied: 0 };
    // The same two all along, so that whatever a damaged part leaves behind would show later.
    const [received, direct] = [createKeyIndex(), createKeyIndex()];
    fc.assert(
      fc.property(fc.nat(parts.length - 1), damages(parts), (at, damage) => {
        const part = Buffer.from(parts[at] ?? '');
        const damaged = damage(part);
        const entries = entriesOf(damaged);
        applyPart(received, ORGANIZATION_ID, part);
        if (entries) applyPart(received, ORGANIZATION_ID, damaged);
        else expect(() => applyPart(received, ORGANIZATION_ID, damaged)).toThrow(PartError);
        for (const each of histories[at] ?? []) putDirectly(direct, each);
        for (const each of entries ?? []) putDirectly(direct, each);
        expect(answers(received)).toEqual(answers(direct));
        seen[entries ? 'applied' : 'refused']++;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(Math.min(seen.refused, seen.applied)).toBeGreaterThan(RUNS / 50);
  },
  TIMEOUT_MS,
);

/** Whether it is no policy, or one that this build can evaluate. */
function isCompiled(each: Entry): boolean {
  if (each.type !== 'policy') return true;
  try {
    requireCompiled(each);
    return true;
  } catch (error) {
    if (error instanceof UnsupportedPolicyError) return false;
    throw error;
  }
}

/** Undefined for what is no part of this organization, or has a policy that cannot be evaluated. @throws whatever is no PartError */
function entriesOf(part: Uint8Array): Entry[] | undefined {
  try {
    const entries = decodePart(part);
    // Parts of two formats do not belong together.
    if (partFormat(part) === 1) return undefined;
    const isOwn = (each: Entry) =>
      each.type !== 'organization' || each.organizationId === ORGANIZATION_ID;
    return entries.every((each) => isOwn(each) && isCompiled(each)) ? entries : undefined;
  } catch (error) {
    if (error instanceof PartError) return undefined;
    throw error;
  }
}
