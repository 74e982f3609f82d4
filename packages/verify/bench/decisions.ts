/** How many decisions a second one core makes about a million keys, and what the keys cost. */

import {
  createKeyIndex,
  decide,
  decideHash,
  findSecret,
  hashSecret,
  type KeyIndex,
  putOwner,
  putSecret,
  scopeSet,
} from '../src/index.ts';
import { type ApiScopeFigures, measureApiScopes } from './api-scopes.ts';
import {
  type Baseline,
  createBaseline,
  decideByBaseline,
  hexHash,
  putInBaseline,
} from './baseline.ts';
import { heldBytes } from './held-bytes.ts';
import { asReceived, factsOf, newSecrets, ownersOf } from './population.ts';

/** A million keys are never equally busy: most calls come from few of them. */
const BUSY_KEYS = 10_000;
const IP = '10.1.2.3';
const SCOPES = ['usage.read'] as const;
const REQUIRED = scopeSet(SCOPES);

export type DecisionFigures = ReturnType<typeof measureDecisions> & {
  readonly apiScopes: ApiScopeFigures;
};

/**
 * Rates are per second on one core, bytes are per key. "Hit" is a whole decision, from text to
 * valid, about a key drawn from all of them; the text is fresh, so that only the index is cold.
 * "HitBusy" draws from 10,000 of them, "hitHashKnown" begins with the hash, "lookUp" is its search.
 */
export function measureDecisions(keys = 1_000_000, rounds = 500) {
  const secrets = newSecrets(keys);
  const start = heldBytes();
  const index = fillIndex(secrets);
  const filled = heldBytes();
  const baseline = fillBaseline(secrets);
  const both = heldBytes();
  const perSecond = measureRates(subjectsOf(index, baseline, secrets), rounds);
  return {
    keys,
    perSecond,
    timesBaseline: {
      decision: perSecond.hit / perSecond.baselineHit,
      lookUp: perSecond.lookUp / perSecond.baselineLookUp,
    },
    bytesPerKey: {
      index: indexBytes(index) / keys,
      labels: (bytesOf(filled) - bytesOf(start) - indexBytes(index)) / keys,
      baseline: (both.heap - filled.heap) / keys,
    },
  };
}

function bytesOf({ heap, arrayBuffers }: ReturnType<typeof heldBytes>): number {
  return heap + arrayBuffers;
}

function fillIndex(secrets: readonly string[]): KeyIndex {
  const index = createKeyIndex();
  for (const owner of ownersOf(secrets.length)) putOwner(index, owner);
  for (const [i, secret] of secrets.entries()) putSecret(index, hashSecret(secret), factsOf(i));
  return index;
}

function fillBaseline(secrets: readonly string[]): Baseline {
  const baseline = createBaseline(ownersOf(secrets.length));
  for (const [i, secret] of secrets.entries()) putInBaseline(baseline, secret, factsOf(i));
  return baseline;
}

/** The index proper: the records that decide, what they share, and the table of ids. */
function indexBytes({ secrets, holders, terms, keyIdTable }: KeyIndex): number {
  const shared = [holders, terms].flatMap(({ entries, records }) => [entries, ...records.chunks]);
  const arrays = [
    ...secrets.partitions.map(({ words }) => words),
    ...shared,
    keyIdTable.entries,
    ...keyIdTable.hashes.parts,
  ];
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function subjectsOf(index: KeyIndex, baseline: Baseline, secrets: readonly string[]) {
  const now = Date.now();
  const conditions = { ip: IP, scopes: REQUIRED };
  const oneOf = (count: number) => asReceived(secrets[Math.floor(Math.random() * count)] ?? '');
  const known = () => oneOf(secrets.length);
  const unknown = () => newSecrets(1)[0] ?? '';
  const mistyped = () => `${known().slice(0, -1)}-`;
  const decideAs = (expected: string) => (secret: string) =>
    expectCode(decide(index, { secret, ip: IP, scopes: REQUIRED }, now).code, expected);
  return {
    hit: subject(known, decideAs('valid')),
    hitBusy: subject(() => oneOf(Math.min(BUSY_KEYS, secrets.length)), decideAs('valid')),
    hitHashKnown: subject(
      () => hashSecret(known()),
      (hash) => expectCode(decideHash(index, hash, conditions, now).code, 'valid'),
    ),
    lookUp: subject(
      () => hashSecret(known()),
      (hash) => expectCode(findSecret(index, hash) < 0 ? 'not_found' : 'valid', 'valid'),
    ),
    miss: subject(unknown, decideAs('not_found')),
    malformed: subject(mistyped, decideAs('malformed')),
    baselineHit: subject(known, (secret) =>
      expectCode(decideByBaseline(baseline, { secret, ip: IP, scopes: SCOPES }, now), 'valid'),
    ),
    baselineLookUp: subject(
      () => hexHash(known()),
      (hash) => expectCode(baseline.keys.has(hash) ? 'valid' : 'not_found', 'valid'),
    ),
  };
}

function subject<Input>(input: () => Input, run: (input: Input) => void): Subject {
  return {
    prepare: (batch) => {
      const inputs = Array.from({ length: batch }, input);
      return () => {
        for (const one of inputs) run(one);
      };
    },
  };
}

function expectCode(code: string, expected: string): void {
  if (code !== expected) throw new Error(`A decision was "${code}", not "${expected}"`);
}

interface Subject {
  /** Makes the inputs of a batch, outside the time, and returns what runs all of it. */
  readonly prepare: (batch: number) => () => void;
}

const BATCH = 1024;
const WARM_UP_ROUNDS = 100;

/**
 * How often a second each subject runs. Subjects take turns, a batch each, so that what disturbs
 * the machine disturbs all; the median batch counts.
 */
function measureRates<Name extends string>(
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

if (import.meta.main) {
  const figures: DecisionFigures = { ...measureDecisions(), apiScopes: measureApiScopes() };
  console.log(JSON.stringify(figures, null, 2));
}
