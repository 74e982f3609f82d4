import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallSubject, DecidedCall } from '../fleet.ts';
import { limitedDisk, makeFolder } from './disk.fixture.ts';
import { openSpool, type UsageSpool } from './index.ts';
import { createModel } from './model-control-plane.fixture.ts';
import { namesIn } from './segment-name.ts';
import { addTo, headOf, linesOf, type Sums, shadowHeadOf } from './sums.ts';

const RUNS = process.env.LONG ? 20_000 : 300;
const STARTED_MS = 1_732_449_600_000;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('count' as const),
      subject: fc.integer({ min: 0, max: 2 }),
      accepted: fc.boolean(),
      kind: fc.integer({ min: 0, max: 80 }),
      laterMs: fc.integer({ min: 0, max: 40_000 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('flush', 'roll', 'send', 'lose-ack', 'lose-batch'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('kill' as const),
      torn: fc.integer({ min: 0, max: 120 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('fill' as const),
      free: fc.integer({ min: 0, max: 700 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const) }) },
);

it('hands over what was settled, each call once, whatever happens in between', () => {
  const folder = makeFolder();
  let [kills, faults, rows] = [0, 0, 0];
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80, size: 'max' }),
      fc.integer({ min: 2, max: 9 }),
      (steps, linesMax) => {
        rmSync(folder, { recursive: true, force: true });
        const scene = setScene(folder, linesMax);
        for (const each of steps) {
          if (each.does === 'kill') kills += 1;
          scene.play(each);
          if (scene.hasFault()) faults += 1;
        }
        scene.finish();
        rows += scene.counted.size;
        expect(scene.taken()).toEqual(scene.counted);
        expect(scene.pendingCalls()).toBe(0);
      },
    ),
    { numRuns: RUNS },
  );
  expect(Math.min(kills, faults, rows)).toBeGreaterThan(RUNS / 10);
}, 900_000);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function setScene(folder: string, linesMax: number) {
  const model = createModel();
  const disk = limitedDisk();
  /** What must arrive, and what was counted since the last settling. */
  const counted: Sums = new Map();
  let unsettled: [string, boolean, number][] = [];
  let runs = 0;
  let nowMs = STARTED_MS;
  let spool = start();

  function start(): UsageSpool {
    runs += 1;
    return openSpool(folder, runId(runs), { write: disk.write, linesMax });
  }

  function flush() {
    spool.flush();
    for (const [head, accepted, atMs] of unsettled) {
      addTo(counted, head, {
        accepted: Number(accepted),
        denied: Number(!accepted),
        lastAcceptedMs: accepted ? atMs : 0,
      });
    }
    unsettled = [];
  }

  /** @returns whether there was something to send */
  function send(ack: boolean): boolean {
    const batch = spool.next();
    if (!batch) return false;
    model.take(batch);
    if (ack) spool.stored(batch.spoolId, batch.sequence);
    return true;
  }

  function kill(torn: number) {
    // What only memory holds cannot survive: that is what the fault tells.
    if (spool.fault() !== null) return;
    unsettled = [];
    tear(join(folder, runId(runs)), torn);
    spool = start();
  }

  return {
    counted,
    taken: () => model.sums,
    pendingCalls: () => spool.pendingCalls(),
    hasFault: () => spool.fault() !== null,
    play(each: Step) {
      switch (each.does) {
        case 'count': {
          nowMs += each.laterMs;
          const subject = subjectOf(each.subject);
          const call = callOf(each.kind);
          spool.count(subject, each.accepted, nowMs, call);
          unsettled.push([headOf(subject, nowMs, call), each.accepted, nowMs]);
          for (const id of call?.refusedBy ?? []) {
            unsettled.push([shadowHeadOf(id, nowMs), false, nowMs]);
          }
          break;
        }
        case 'flush':
          return flush();
        case 'roll':
          flush();
          return spool.roll();
        case 'send':
          return void send(true);
        case 'lose-ack':
          return void send(false);
        case 'lose-batch':
          return void spool.next();
        case 'kill':
          return kill(each.torn);
        case 'fill':
          disk.free = each.free;
          break;
        case 'clear':
          disk.free = Number.POSITIVE_INFINITY;
          break;
      }
    },
    finish() {
      disk.free = Number.POSITIVE_INFINITY;
      flush();
      spool.close();
      while (send(true));
    },
  };
}

/** As a kill in the midst of a write leaves it. */
function tear(run: string, length: number): void {
  const open = namesIn(run).find((name) => name.endsWith('.open'));
  if (!open) return;
  const sum = { accepted: 1000, denied: 1000, lastAcceptedMs: STARTED_MS };
  const [line = ''] = linesOf(new Map([[headOf(subjectOf(0), STARTED_MS), sum]]));
  appendFileSync(join(run, open), line.slice(0, Math.min(length, line.length - 1)));
}

function runId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

const NEEDS = [undefined, 'apis.call', 'apis.call,+invoices.read,?', ''];

/** Some of no kind, some of unknown needs, some that a policy in shadow mode would have refused. */
function callOf(kind: number): DecidedCall | undefined {
  if (kind % 3 === 0) return undefined;
  return {
    ...{ code: 'valid', method: 'GET', routePath: kind % 3 === 1 ? '' : `/${kind % 4}` },
    refusedBy: kind % 5 === 0 ? [`pol_${'p'.repeat(19)}${kind % 2}`] : [],
    needs: NEEDS[kind % 4],
  };
}

/** The first two are of one key, whose owner and workspace changed. */
function subjectOf(number: number): CallSubject {
  return {
    keyId: `key_${'k'.repeat(19)}${number >> 1}`,
    ownerId: `mem_${'m'.repeat(19)}${number}`,
    workspaceId: number === 0 ? null : `ws_${'w'.repeat(20)}`,
  };
}
