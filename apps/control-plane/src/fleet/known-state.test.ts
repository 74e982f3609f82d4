import { randomUUID } from 'node:crypto';
import type { Hello } from '@tollkeeper/protocol';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import type { GatewayFacts } from './find-gateways.ts';
import { findKnownState, type Lineages } from './lineages.ts';
import type { WorkspacePosition } from './read-positions.ts';

const incidents = { count: () => undefined };
const log = createLog('silent', { write: () => undefined });
const GATEWAY = { id: 'gw_1', workspaceId: 'ws_1' } as GatewayFacts;
const LATEST = { version: 7, revision: randomUUID() };

/** What is known of a gateway that says so, where the database holds what it has seen. */
async function knownOf(
  said: Pick<Hello, 'version' | 'latest'>,
  contained: WorkspacePosition['contained'] = 'yes',
) {
  const current = { workspaceId: 'ws_1', ...LATEST, readAtMs: 0, contained };
  const lineages = {
    find: async () => current,
    epochOf: () => 'epoch',
    compare: async () => current,
  } as Partial<Lineages> as Lineages;
  return (await findKnownState(lineages, incidents, log, GATEWAY, said as Hello))?.known;
}

it('goes on from a version up to the newest that the gateway has seen', async () => {
  for (const version of [0, 7]) {
    expect(await knownOf({ version, latest: LATEST })).toEqual({ version, latest: LATEST });
  }
});

it('goes on from nothing that the gateway cannot have, or that the database does not hold', async () => {
  expect(await knownOf({ version: 8, latest: LATEST })).toBeUndefined();
  expect(await knownOf({ version: 7, latest: null })).toBeUndefined();
  expect(await knownOf({ version: null, latest: LATEST })).toBeUndefined();
  for (const contained of ['no', 'purged'] as const) {
    expect(await knownOf({ version: 7, latest: LATEST }, contained)).toBeUndefined();
  }
});

it('has nothing to tell once the workspace is gone', async () => {
  const gone = {
    find: async () => undefined,
    epochOf: () => 'epoch',
    compare: async () => undefined,
  } as Partial<Lineages> as Lineages;
  const said = { version: 7, latest: LATEST } as Hello;
  expect(await findKnownState(gone, incidents, log, GATEWAY, said)).toBeUndefined();
});
