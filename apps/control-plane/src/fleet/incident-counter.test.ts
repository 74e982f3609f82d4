import { beforeEach, expect, it } from 'vitest';
import {
  type Incident,
  type IncidentCounter,
  type IncidentSum,
  startIncidentCounter,
} from './incident-counter.ts';

const MINUTE_MS = 60_000;

let nowMs: number;
let recorded: IncidentSum[];
let dropped: Incident[];
let failing: boolean;
let counter: IncidentCounter;

beforeEach(() => {
  [nowMs, recorded, dropped, failing] = [0, [], [], false];
  counter = startIncidentCounter({
    async record(sum) {
      if (failing) throw new Error('no database');
      recorded.push(sum);
    },
    onNotRecorded: (incident) => dropped.push(incident),
    now: () => nowMs,
    everyMs: 2 ** 30,
  });
});

const refused = (id: string, organizationId = 'org_1', why = 'signature'): Incident => ({
  ...{ organizationId, action: 'gateway.connection_refused', why, address: null },
  target: { type: 'gateway', id },
});

async function minute(...incidents: readonly Incident[]): Promise<[string, number][]> {
  for (const incident of incidents) counter.count(incident);
  recorded = [];
  await counter.flush();
  nowMs += MINUTE_MS;
  return recorded.map(({ target, count }) => [target.id, count]);
}

it('records the sum at once, and what follows it once an hour', async () => {
  expect(await minute(refused('gw_1'), refused('gw_1'), refused('gw_2'))).toEqual([
    ['gw_1', 2],
    ['gw_2', 1],
  ]);
  for (let at = 1; at < 60; at += 1) expect(await minute(refused('gw_1'))).toEqual([]);
  expect(await minute()).toEqual([['gw_1', 59]]);
  nowMs += 60 * MINUTE_MS;
  expect(await minute()).toEqual([]);
  expect(await minute(refused('gw_1'))).toEqual([['gw_1', 1]]);
});

it('keeps apart what happened for another reason', async () => {
  const other = refused('gw_1', 'org_1', 'full');
  expect(await minute(refused('gw_1'), other)).toHaveLength(2);
});

it('records a bounded number for one organization, and those of others beside', async () => {
  const many = Array.from({ length: 150 }, (_, at) => refused(`gw_${at}`));
  expect(await minute(...many, refused('gw_x', 'org_2'))).toHaveLength(101);
  expect(dropped).toHaveLength(50);
});

it('records later what could not be recorded', async () => {
  failing = true;
  expect(await minute(refused('gw_1'))).toEqual([]);
  failing = false;
  expect(await minute(refused('gw_1'))).toEqual([['gw_1', 2]]);
});
