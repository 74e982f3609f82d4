import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Subject {
  /** Makes the inputs of a batch, outside the time, and returns what runs all of it. */
  readonly prepare: (batch: number) => () => void;
}

const BATCH = 1024;
const WARM_UP_ROUNDS = 100;

/**
 * How often a second each subject runs. Subjects take turns, a batch each, so that what disturbs
 * the machine disturbs all; the median batch counts.
 */
export function measureRates<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  rounds: number,
): Record<Name, number> {
  const names = Object.keys(subjects) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const name of names) {
      const run = subjects[name].prepare(BATCH);
      const start = performance.now();
      run();
      if (round >= WARM_UP_ROUNDS) times.get(name)?.push(performance.now() - start);
    }
  }
  const rates = names.map((name) => [name, rateOf(times.get(name) ?? [])] as const);
  return Object.fromEntries(rates) as Record<Name, number>;
}

function rateOf(batchTimesMs: number[]): number {
  const sorted = batchTimesMs.sort((left, right) => left - right);
  return Math.round((BATCH / (sorted[sorted.length >> 1] ?? Number.NaN)) * 1000);
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What the process holds after a full collection, in bytes. */
export function heldBytes(): { heap: number; arrayBuffers: number } {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, arrayBuffers };
}
