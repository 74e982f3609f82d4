/** What it adds to a call that the scopes it needed are recorded, at a gateway and at the control plane. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createKeyIndex,
  hashSecret,
  putOwner,
  putPolicy,
  putSecret,
  scopeSet,
} from '@tollkeeper/verify';
import { KEY, PLACE, REQUEST, SECRET } from '../src/authorize/authorize.fixture.ts';
import { systemClock } from '../src/clock.ts';
import { createCounters } from '../src/limits/index.ts';
import { medians } from './limits.ts';
import { WITHOUT_RECORDING } from './without-recording.ts';

export interface RecordingFigures {
  /** The median in microseconds per call. */
  readonly withoutUs: number;
  readonly withUs: number;
}

type Authorize = typeof import('../src/authorize/authorize.ts');
type Writer = typeof import('../src/usage/writer.ts');

/** Decisions of a gateway with their count, as far as the call waits for it. */
export async function measureRecording(): Promise<RecordingFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-recording-'));
  try {
    const deciders = await Promise.all(
      ['', WITHOUT_RECORDING].map((part) => decider(part, folder)),
    );
    const [withUs = Number.NaN, withoutUs = Number.NaN] = medians(deciders);
    return { withoutUs, withUs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function decider(part: string, folder: string): Promise<() => void> {
  const { authorize }: Authorize = await import(`../src/authorize/authorize.ts${part}`);
  const { openWriter }: Writer = await import(`../src/usage/writer.ts${part}`);
  const { count } = openWriter(join(folder, part || 'with'));
  const index = createKeyIndex();
  const all = { op: 'All' };
  const statement = {
    effect: 'permit',
    principal: all,
    action: all,
    resource: all,
    conditions: [],
  };
  putPolicy(index, { policyId: 'pol_1', ...PLACE, mode: 'enforce', statements: [statement] });
  putOwner(index, {
    ...{ memberId: 'mem_1', organizationId: PLACE.organizationId, active: true },
    ...{ scopes: scopeSet(['apis.call', 'usage.read']), roleId: 'role_developer' },
  });
  putSecret(index, hashSecret(SECRET), KEY);
  const keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: {} } };
  const fleet = { keys: () => keys, count, countCanary: () => undefined };
  const counters = createCounters(systemClock);
  return () => {
    const { code } = authorize(fleet, REQUEST, 1000, counters);
    if (code !== 'valid') throw new Error(`The call is answered ${code}`);
  };
}
