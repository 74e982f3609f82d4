import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createConnectedGateways } from './connected-gateways.ts';
import type { GatewayFacts } from './find-gateways.ts';
import { CLOSE, type Session } from './gateway-session.ts';
import { createMembership } from './membership.ts';
import { receive } from './receive.ts';
import { sealer } from './seal.ts';

const FACTS: GatewayFacts = {
  id: 'gw_00000000000000000001',
  organizationId: 'org_00000000000000000001',
  workspaceId: 'ws_00000000000000000001',
  name: 'edge',
  labels: {},
  draining: false,
  publicKey: new Uint8Array(32),
};
const log = createLog('silent', { write: () => undefined });

/** One whose connection notes how it was ended. */
function openSession(facts: Partial<GatewayFacts> = {}, instanceId = 'run') {
  const ends: (number | 'cut')[] = [];
  const socket = {
    ...{ readyState: 1, OPEN: 1, bufferedAmount: 0 },
    send: () => undefined,
    close: (code: number) => void ends.push(code),
    terminate: () => void ends.push('cut'),
  };
  const gateway = { ...FACTS, ...facts };
  const session = { socket, gateway, instanceId, nonce: 'n', ended: false } as unknown as Session;
  return { session, ends };
}

it.each<[string, GatewayFacts | undefined, boolean]>([
  ['stays while it is of the fleet', FACTS, true],
  ['is sent away once it was removed', undefined, false],
  ['is sent away once it is of another workspace', { ...FACTS, workspaceId: 'ws_2' }, false],
])('a connected gateway %s', async (_, facts, stays) => {
  const sessions = createConnectedGateways();
  const { session, ends } = openSession();
  sessions.add(session);
  const seal = sealer(generateKeyPairSync('ed25519').privateKey);
  const membership = createMembership({ find: async () => facts, seal, gateways: sessions, log });
  await membership.check([FACTS.id]);
  expect([session.ended, ends]).toEqual(stays ? [false, []] : [true, [CLOSE.notAdmitted]]);
});

it('a gateway that was sent away is not listened to any more', () => {
  const heard: string[] = [];
  const receivers = {
    log,
    applied: { add: () => void heard.push('ack'), stop: async () => undefined },
    acceptUsage: () => void heard.push('usage'),
    witnesses: { receive: () => void heard.push('witness') },
    answer: () => void heard.push('check'),
    resync: () => void heard.push('resync'),
    end: () => void heard.push('end'),
  };
  const { session } = openSession();
  const check = JSON.stringify({ type: 'check', nonce: 'n'.repeat(43) });
  receive(receivers, session, check);
  expect(heard).toEqual(['check']);
  session.ended = true;
  for (const text of [check, '{"type":"resync"}', 'nonsense', undefined]) {
    receive(receivers, session, text);
  }
  expect(heard).toEqual(['check']);
});

it('a gateway is connected from eight places at once, and no more', () => {
  const sessions = createConnectedGateways();
  const opened = Array.from({ length: 9 }, (_, at) => openSession({}, `run ${at}`));
  for (const { session } of opened.slice(0, 8)) sessions.add(session);
  expect(opened.flatMap(({ ends }) => ends)).toEqual([]);
  for (const { session } of opened.slice(8)) sessions.add(session);
  expect(opened.map(({ ends }) => ends.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it('an organization has five thousand connections here, which keep no other out', () => {
  const sessions = createConnectedGateways();
  for (let at = 0; at < 4999; at += 1) sessions.add(openSession({ id: `gw_${at}` }).session);
  expect(sessions.isFull(FACTS.organizationId)).toBe(false);
  sessions.add(openSession({ id: 'gw_last' }).session);
  expect(sessions.isFull(FACTS.organizationId)).toBe(true);
  expect(sessions.isFull('org_2')).toBe(false);
});
