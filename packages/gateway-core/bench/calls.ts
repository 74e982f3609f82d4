/** What policies add to the whole decision about a call: key, scopes, policies, and the count. */
import {
  createKeyIndex,
  hashSecret,
  putOwner,
  putPolicy,
  putSecret,
  scopeSet,
} from '@tollkeeper/verify';
import { policiesOf } from '../../verify/bench/policies.ts';
import { KEY, PLACE, SECRET } from '../src/authorize/authorize.fixture.ts';
import { authorize } from '../src/authorize/authorize.ts';
import { systemClock } from '../src/clock.ts';
import { createCounters } from '../src/limits/index.ts';
import { medians } from './limits.ts';

const POLICIES = 100;
const PLAIN = '/services/0/invoices/4711';
/** Some servers take it for the same path in lower case, so that policies must allow both. */
const MIXED = '/services/0/invoices/INV-4711';

export interface CallFigures {
  /** The median in microseconds per call without any policy but the first of every workspace. */
  readonly withoutUs: number;
  readonly with: readonly {
    /** Whether each policy is for one key, as most are, or for all. */
    readonly scoped: boolean;
    readonly plainUs: number;
    /** With a path that has upper-case letters. */
    readonly mixedUs: number;
  }[];
}

export function measureCalls(): CallFigures {
  const paths = [PLAIN, MIXED];
  const deciders = [true, false].flatMap((scoped) => {
    const policies = Object.values(policiesOf(POLICIES, scoped)).map((json) => [json]);
    return paths.map((path) => deciderWith(policies, path));
  });
  const [withoutUs = Number.NaN, ...times] = medians([
    deciderWith([[PERMIT_ALL]], PLAIN),
    ...deciders,
  ]);
  return {
    withoutUs,
    with: [true, false].map((scoped, i) => {
      const [plainUs = Number.NaN, mixedUs = Number.NaN] = times.slice(i * paths.length);
      return { scoped, plainUs, mixedUs };
    }),
  };
}

const ALL = { op: 'All' };
const PERMIT_ALL = {
  ...{ effect: 'permit', principal: ALL, action: ALL, resource: ALL, conditions: [] },
};

function deciderWith(policies: readonly (readonly unknown[])[], path: string): () => void {
  const index = createKeyIndex();
  for (const [i, statements] of policies.entries()) {
    putPolicy(index, { policyId: `pol_${i}`, ...PLACE, mode: 'enforce', statements });
  }
  putOwner(index, {
    ...{ memberId: 'mem_1', organizationId: PLACE.organizationId, active: true },
    ...{ scopes: scopeSet(['apis.call', 'usage.read']), roleId: 'role_developer' },
  });
  putSecret(index, hashSecret(SECRET), { ...KEY, keyId: 'key_0', allowedIps: [] });
  const keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: {} } };
  const fleet = { keys: () => keys, count: () => undefined, countCanary: () => undefined };
  const counters = createCounters(systemClock);
  const required = scopeSet(['apis.call']);
  const call = {
    method: 'GET',
    path,
    host: 'api.example.com',
    routePath: '/',
    rawHeaders: HEADERS,
  };
  const request = { secret: SECRET, ip: '10.7.0.1', required, call };
  return () => {
    const { code } = authorize(fleet, request, 1000, counters);
    if (code !== 'valid') throw new Error(`The call is answered ${code}`);
  };
}

const HEADERS = ['Host', 'api.example.com', 'Accept', 'application/json', 'User-Agent', 'bench'];
