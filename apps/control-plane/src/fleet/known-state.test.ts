import { randomUUID } from 'node:crypto';
import type { Hello } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import type { GatewayFacts } from './find-gateways.ts';
import type { Histories } from './histories.ts';
import { findKnownState } from './known-state.ts';
import type { Standing } from './read-standings.ts';

const log = createLog('silent', { write: () => undefined });
const GATEWAY = { id: 'gw_1', workspaceId: 'ws_1' } as GatewayFacts;
const SEEN = { version: 7, mark: randomUUID() };

/** What is known of a gateway that says so, where the database holds what it has seen. */
async function knownOf(said: Pick<Hello, 'version' | 'seen'>, held: Standing['held'] = 'yes') {
  const standing = { workspaceId: 'ws_1', ...SEEN, readAtMs: 0, held };
  const histories = {
    find: async () => standing,
    epochOf: () => 'epoch',
    compare: async () => standing,
  } as Partial<Histories> as Histories;
  return (await findKnownState(histories, log, GATEWAY, said as Hello))?.known;
}

it('goes on from a version up to the newest that the gateway has seen', async () => {
  for (const version of [0, 7]) {
    expect(await knownOf({ version, seen: SEEN })).toEqual({ version, seen: SEEN });
  }
});

it('goes on from nothing that the gateway cannot have, or that the database does not hold', async () => {
  expect(await knownOf({ version: 8, seen: SEEN })).toBeUndefined();
  expect(await knownOf({ version: 7, seen: null })).toBeUndefined();
  expect(await knownOf({ version: null, seen: SEEN })).toBeUndefined();
  for (const held of ['no', 'forgotten'] as const) {
    expect(await knownOf({ version: 7, seen: SEEN }, held)).toBeUndefined();
  }
});

it('has nothing to tell once the workspace is gone', async () => {
  const gone = {
    find: async () => undefined,
    epochOf: () => 'epoch',
    compare: async () => undefined,
  } as Partial<Histories> as Histories;
  const said = { version: 7, seen: SEEN } as Hello;
  expect(await findKnownState(gone, log, GATEWAY, said)).toBeUndefined();
});
