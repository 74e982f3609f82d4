/** What a rate limit adds to the decision about a call, where the counters are in this process. */
import {
  createKeyIndex,
  hashSecret,
  putOwner,
  putPolicy,
  putSecret,
  scopeSet,
} from '@tollkeeper/verify';
import { KEY, PLACE, REQUEST, SECRET } from '../src/authorize/authorize.fixture.ts';
import { authorize } from '../src/authorize/authorize.ts';
import { systemClock } from '../src/clock.ts';
import { createCounters } from '../src/limits/index.ts';

const BATCH = 20;
const BATCHES = 5000;

export interface LimitFigures {
  /** The median in microseconds per call. */
  readonly withoutUs: number;
  readonly withUs: number;
}

export function measureLimits(): LimitFigures {
  const limits = { limit: '1000000/second, 1000000/minute', per: 'key' };
  const [withoutUs = Number.NaN, withUs = Number.NaN] = medians(
    [{}, limits].map((annotations) => deciderWith(annotations)),
  );
  return { withoutUs, withUs };
}

function deciderWith(annotations: Readonly<Record<string, string>>): () => void {
  const index = createKeyIndex();
  const all = { op: 'All' };
  const scopes = { principal: all, action: all, resource: all };
  const statement = { effect: 'permit', ...scopes, conditions: [], annotations };
  const policy = { policyId: 'pol_1', ...PLACE, mode: 'enforce', statements: [statement] } as const;
  putPolicy(index, policy);
  putOwner(index, {
    ...{ memberId: 'mem_1', organizationId: PLACE.organizationId, active: true },
    ...{ scopes: scopeSet(['apis.call', 'usage.read']), roleId: 'role_developer' },
  });
  putSecret(index, hashSecret(SECRET), KEY);
  const keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: {} } };
  const fleet = { keys: () => keys, count: () => undefined, countCanary: () => undefined };
  const counters = createCounters(systemClock);
  return () => {
    const { code } = authorize(fleet, REQUEST, 1000, counters);
    if (code !== 'valid') throw new Error(`The call is answered ${code}`);
  };
}

/**
 * The median in microseconds of each of the calls. They take turns batch by batch, so that whatever else
 * the machine does meanwhile costs all of them the same.
 */
export function medians(calls: readonly (() => void)[]): number[] {
  const times = calls.map((): number[] => []);
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const [at, call] of calls.entries()) {
      const begin = performance.now();
      for (let i = 0; i < BATCH; i++) call();
      times[at]?.push(((performance.now() - begin) * 1000) / BATCH);
    }
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[BATCHES / 2] ?? Number.NaN);
}
