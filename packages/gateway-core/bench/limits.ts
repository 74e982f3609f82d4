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
  const [without, limited] = [{}, { limit: '1000000/second, 1000000/minute', per: 'key' }].map(
    (annotations) => deciderWith(annotations),
  );
  if (!without || !limited) throw new Error('There is nothing to measure');
  return { withoutUs: median(without), withUs: median(limited) };
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
  const fleet = { keys: () => keys, count: () => undefined };
  const counters = createCounters(systemClock);
  return () => {
    const { code } = authorize(fleet, REQUEST, 1000, counters);
    if (code !== 'valid') throw new Error(`The call is answered ${code}`);
  };
}

export function median(call: () => void): number {
  const times: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const begin = performance.now();
    for (let i = 0; i < BATCH; i++) call();
    times.push(((performance.now() - begin) * 1000) / BATCH);
  }
  return times.toSorted((a, b) => a - b)[BATCHES / 2] ?? 0;
}
