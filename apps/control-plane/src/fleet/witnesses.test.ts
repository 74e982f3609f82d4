import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@tollkeeper/gateway-core';
import {
  deriveSigningKey,
  openFrame,
  PROTOCOL_VERSION,
  readPublicKey,
  type UpwardOf,
} from '@tollkeeper/protocol';
import {
  COSIGNATURE_ED25519,
  verifierKey,
  verifyNote,
  witnessName,
} from '@tollkeeper/transparency-log';
import { createSecret } from '@tollkeeper/verify';
import { pino } from 'pino';
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { createFaults } from '../../../../packages/gateway-core/src/faults.ts';
import {
  createTransparencyLog,
  type TestTransparencyLog,
} from '../../../../packages/gateway-core/src/testing/transparency-log.ts';
import {
  createWitness,
  openWitnessFolder,
} from '../../../../packages/gateway-core/src/witness/index.ts';
import { recordWitnessAlarm } from '../features/gateways/index.ts';
import { type FleetWorld, startFleetWorld } from '../testing/fleet-world.ts';
import type { Joined } from '../testing/gateway-client.ts';
import { auditEvents } from '../testing/query-database.ts';
import { SESSION_SECRET } from '../testing/test-app.ts';
import { createConnectedGateways } from './connected-gateways.ts';
import { findGateways } from './find-gateways.ts';
import type { Session } from './gateway-session.ts';
import { sealer } from './seal.ts';
import { createWitnesses, type Witnesses } from './witnesses.ts';

const silent = pino({ level: 'silent' });
const DAMAGED = 'org_damaged';
let world: FleetWorld;
let joined: Joined;
let tlog: TestTransparencyLog;
let folder: string;

beforeAll(async () => {
  world = await startFleetWorld();
});

beforeEach(async () => {
  joined = await world.join();
  tlog = createTransparencyLog(3);
  folder = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** The witnesses of a control plane, whose log is the test's. */
function start(): Witnesses & { readonly gateways: ReturnType<typeof createConnectedGateways> } {
  const { services } = world.app;
  const gateways = createConnectedGateways();
  const witnesses = createWitnesses({
    ...{ db: services.db, clock: services.clock, gateways, log: silent, now: () => 0 },
    seal: sealer(deriveSigningKey(SESSION_SECRET)),
    onAlarm: (gateway, alarm) => recordWitnessAlarm(services, gateway, alarm),
    readLogs: async (ids) =>
      ids.map((organizationId) => ({
        ...{ organizationId, logKey: tlog.logKey, size: tlog.leaves.length, note: tlog.note() },
        proof: async (size) => {
          if (organizationId === DAMAGED) throw new RangeError('Tile 0/0 is missing');
          return tlog.proof(size).map((each) => Buffer.from(each, 'base64'));
        },
      })),
  });
  return { ...witnesses, gateways };
}

/** A gateway's own half, connected to the witnesses. */
async function connect({ gateways, receive }: ReturnType<typeof start>) {
  const { organizationId } = joined;
  const witness = createWitness({
    ...{ folder: await openWitnessFolder({ path: folder }, organizationId), organizationId },
    ...{ logKey: undefined, faults: createFaults(), clock: systemClock, log: silent },
  });
  const key = readPublicKey(joined.controlPlaneKey);
  const nonce = 'n'.repeat(43);
  const said: UpwardOf<'witness' | 'cosignature'>[] = [];
  let last = Promise.resolve();
  const [gateway] = await findGateways(world.app.services.db, [joined.gatewayId]);
  const socket = {
    ...{ OPEN: 1, readyState: 1, bufferedAmount: 0 },
    send(bytes: Uint8Array) {
      const { header } = openFrame(bytes, key);
      if (header.type !== 'checkpoint') return;
      last = last.then(async () => {
        const answer = await witness.receive(header, nonce);
        said.push(answer);
        receive(session, answer);
      });
    },
  } as unknown as WebSocket;
  const session = { socket, gateway, nonce, protocol: PROTOCOL_VERSION, witness: null } as Session;
  Object.assign(session, { instanceId: folder, ended: false });
  gateways.add(session);
  receive(session, witness.announce());
  const keyOf = (origin: string) => {
    const { publicKey } = witness.announce();
    const name = witnessName(origin, publicKey);
    return verifierKey(name, readPublicKey(publicKey), COSIGNATURE_ED25519);
  };
  return { said, session, key: keyOf, answered: () => last };
}

/** Resolves when neither half has anything left to answer. */
async function settle(
  witnesses: Witnesses,
  gateway: { readonly said: readonly unknown[]; readonly answered: () => Promise<void> },
): Promise<void> {
  for (let before = -1; before < gateway.said.length; ) {
    before = gateway.said.length;
    await witnesses.settled();
    await gateway.answered();
    await witnesses.settled();
  }
}

async function stored() {
  const [row] = await world.query<{ size: number; alarm: { kind: string } | null }>(
    'select witness_size::int as size, witness_alarm as alarm from gateway where id = $1',
    [joined.gatewayId],
  );
  const lines = await world.query<{ size: number; body: string; line: string }>(
    'select size::int, body, line from cosignature where witness like $1 order by at desc limit 1',
    [`${tlog.origin}/witness/%`],
  );
  return { ...row, lines };
}

const SECRET = createSecret('tk_live_', randomBytes);

async function alarmEvents() {
  const all = await auditEvents(world.query);
  return all.filter(({ target }) => target.id === joined.gatewayId).map(({ action }) => action);
}

it('a connected gateway cosigns each checkpoint, and its cosignature is kept', async () => {
  const witnesses = start();
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  tlog.leaves.push('one', 'two');
  await witnesses.publish();
  await settle(witnesses, gateway);
  expect(gateway.said.map(({ type, size }) => [type, size])).toEqual([
    ['cosignature', 3],
    ['cosignature', 5],
  ]);
  const { size, alarm, lines } = await stored();
  expect({ size, alarm, count: lines.length }).toEqual({ size: 5, alarm: null, count: 1 });
  const cosigned = tlog.note() + lines[0]?.line;
  expect(verifyNote(cosigned, [gateway.key(tlog.origin)]).signatures).toHaveLength(1);
  await witnesses.publish();
  await settle(witnesses, gateway);
  expect(gateway.said).toHaveLength(2);
});

it('a gateway that comes back is sent what it missed, from what it kept', async () => {
  const before = start();
  await settle(before, await connect(before));
  tlog.leaves.push('one', 'two');
  const after = start();
  const gateway = await connect(after);
  await settle(after, gateway);
  expect(gateway.said.map(({ type, size }) => [type, size])).toEqual([['cosignature', 5]]);
});

it.each([
  ['rollback', () => tlog.leaves.splice(2)],
  ['fork', () => tlog.leaves.splice(1, 1, 'rewritten')],
  ['fork', () => tlog.leaves.splice(0, 3, 'a', 'b', 'c', 'd')],
] as const)(
  'a %s is noticed by a gateway that kept a later checkpoint, once',
  async (kind, attack) => {
    const before = start();
    await settle(before, await connect(before));
    const kept = tlog.note();
    attack();
    for (let times = 0; times < 2; times += 1) {
      const after = start();
      const gateway = await connect(after);
      await settle(after, gateway);
      expect(gateway.said.at(-1)).toMatchObject({
        type: 'witness',
        size: 3,
        alarm: { kind, kept },
      });
      expect(await stored()).toMatchObject({
        size: 3,
        alarm: { kind, kept, received: tlog.note() },
      });
    }
    expect(await alarmEvents()).toEqual(['gateway.join', 'gateway.witness_alarm']);
  },
);

it('an alarm that the operator of the gateway resolved is over, with an event', async () => {
  const before = start();
  await settle(before, await connect(before));
  tlog.leaves.splice(2);
  const restored = start();
  await settle(restored, await connect(restored));
  await rm(join(folder, 'witness', `${joined.organizationId}.json`));
  await rm(join(folder, 'witness', `${joined.organizationId}.alarm.json`));
  const after = start();
  await settle(after, await connect(after));
  expect(await stored()).toMatchObject({ size: 2, alarm: null });
  expect((await alarmEvents()).at(-1)).toBe('gateway.witness_alarm_resolved');
});

it('another key of the same gateway is an alarm, and counts for nothing', async () => {
  const before = start();
  await settle(before, await connect(before));
  const { lines } = await stored();
  await rm(join(folder, 'witness'), { recursive: true });
  tlog.leaves.push('one');
  const after = start();
  const gateway = await connect(after);
  await settle(after, gateway);
  expect(gateway.said).toEqual([]);
  expect(await stored()).toMatchObject({ size: 3, alarm: { kind: 'witness_key' }, lines });
});

it('the key of another gateway is an alarm, and counts for nothing', async () => {
  const witnesses = start();
  await settle(witnesses, await connect(witnesses));
  joined = await world.join();
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  expect(gateway.said).toEqual([]);
  expect(await stored()).toMatchObject({ size: null, alarm: { kind: 'witness_key', kept: '' } });
});

it('a cosignature that the announced key did not make is not kept', async () => {
  const witnesses = start();
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  tlog.leaves.push('one');
  await witnesses.publish();
  await settle(witnesses, gateway);
  const [first] = gateway.said;
  for (const size of [4, 3, 7]) witnesses.receive(gateway.session, { ...first, size } as never);
  witnesses.receive(gateway.session, { ...gateway.said.at(-1), size: 7 } as never);
  await settle(witnesses, gateway);
  const { size, lines } = await stored();
  expect([size, lines[0]?.size]).toEqual([4, 4]);
  expect(verifyNote(tlog.note() + lines[0]?.line, [gateway.key(tlog.origin)]).text).toBeTruthy();
});

it('a gateway that invents alarms adds a few events, not one for each, and no secret', async () => {
  const witnesses = start();
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  const { publicKey } = gateway.session.witness ?? { publicKey: '' };
  const facts = { kind: 'fork', atMs: 1, kept: '' } as const;
  for (let count = 0; count < 20; count += 1) {
    const alarm = { ...facts, received: `invented ${count} ${SECRET}` };
    witnesses.receive(gateway.session, { type: 'witness', publicKey, size: 3, alarm });
  }
  await settle(witnesses, gateway);
  const alarms = (await alarmEvents()).filter((action) => action === 'gateway.witness_alarm');
  expect(alarms).toHaveLength(5);
  expect(JSON.stringify(await auditEvents(world.query))).not.toContain(SECRET);
});

it('a gateway that sends message after message is ignored for a while', async () => {
  const witnesses = start();
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  const { publicKey } = gateway.session.witness ?? { publicKey: '' };
  for (const size of [...Array<number>(60).fill(3), 1]) {
    witnesses.receive(gateway.session, { type: 'witness', publicKey, size, alarm: null });
    await settle(witnesses, gateway);
  }
  expect(gateway.said).toHaveLength(1);
});

it('a log that cannot be read keeps the checkpoints of no other from its gateways', async () => {
  const witnesses = start();
  witnesses.gateways.add({
    ...{ socket: { OPEN: 1, readyState: 1 }, instanceId: 'other', nonce: '' },
    gateway: { id: 'gw_other', organizationId: DAMAGED },
    witness: { publicKey: '', size: 0, offered: null },
  } as unknown as Session);
  const gateway = await connect(witnesses);
  await settle(witnesses, gateway);
  expect(gateway.said.map(({ type, size }) => [type, size])).toEqual([['cosignature', 3]]);
});
