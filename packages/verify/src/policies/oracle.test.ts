import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CONSTRUCTS, constructsOf } from '../testing/policies/constructs.ts';
import { askOracle, type OracleCase, REQUESTS_PER_SET } from '../testing/policies/oracle.ts';
import type { PolicyDecision } from './compile-policies.ts';

/** `npm run test:oracle` asks for a million, from a seed that it prints. */
const CASES = Number(process.env.ORACLE_CASES ?? 20_000);
const SEED = Number(process.env.SEED ?? 1);
/** For what hangs: how long it takes says nothing. */
const TIMEOUT_MS = 180_000 + 20 * CASES;

it(
  `agrees with Cedar in ${CASES} random cases, SEED=${SEED}`,
  async () => {
    const seen = new Set<string>();
    for (let i = 0; i < CASES / REQUESTS_PER_SET; i++) {
      const seed = (SEED + i) % 2 ** 32;
      for (const each of askOracle(seed)) {
        if (!agrees(each)) expect.fail(`SEED=${seed}: ${JSON.stringify(each)}`);
        for (const name of seenIn(each)) seen.add(name);
      }
      if (i % 100 === 0) await setImmediate();
    }
    const outcomes = ['allow', 'deny', 'deny by forbid', 'erring'];
    expect([...CONSTRUCTS, ...outcomes].filter((name) => !seen.has(name))).toEqual([]);
  },
  TIMEOUT_MS,
);

function agrees({ cedar, ours, folded }: OracleCase): boolean {
  return textOf(ours) === textOf(cedar) && textOf(folded) === textOf(cedar);
}

function textOf({ decision, determining, erring }: PolicyDecision): string {
  return [decision, determining.toSorted(), '; erring', erring.toSorted()].join(' ');
}

/** The outcome, and what the policies are made of that did not err. */
function* seenIn({ policies, cedar }: OracleCase): Generator<string> {
  yield cedar.decision;
  if (cedar.decision === 'deny' && cedar.determining.length > 0) yield 'deny by forbid';
  if (cedar.erring.length > 0) yield 'erring';
  for (const [id, policy] of Object.entries(policies)) {
    if (!cedar.erring.includes(id)) yield* constructsOf(policy);
  }
}
