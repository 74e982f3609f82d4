import { randomUUID } from 'node:crypto';
import {
  deriveSigningKey,
  type Frame,
  openFrame,
  PROTOCOL_VERSION,
  readPublicKey,
} from '@tollkeeper/protocol';
import pg from 'pg';
import { pino } from 'pino';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { Joined } from '../testing/gateway-client.ts';
import { SESSION_SECRET } from '../testing/test-app.ts';
import { createFeeds } from './feeds.ts';
import { findGateways } from './find-gateways.ts';
import type { Session } from './gateway-session.ts';
import { createLineages } from './lineages.ts';
import { sealer } from './seal.ts';
import { createSendMissed } from './send-missed.ts';
import { createSnapshotRateLimit } from './snapshot-rate-limit.ts';
import { createSnapshots } from './snapshots.ts';

let world: FleetWorld;
let joined: Joined;

beforeAll(async () => {
  world = await startFleetWorld();
  joined = await world.join();
});

/** A gateway that follows, and a process that may be sure of its memory or not. */
async function follow(process: { isCurrent: boolean }, beforeSeen = async () => {}) {
  const { db } = world.app.services;
  const key = readPublicKey(joined.controlPlaneKey);
  const sent: Frame['header'][] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (bytes: Uint8Array) => sent.push(openFrame(bytes, key).header),
  };
  const [gateway] = await findGateways(db, [joined.gatewayId]);
  const log = pino({ level: 'silent' });
  const lineages = createLineages(db, log, () => undefined);
  const current = await lineages.find(joined.workspaceId);
  if (!gateway || !current) throw new Error('No gateway');
  const session: Session = {
    socket: socket as unknown as WebSocket,
    gateway,
    instanceId: randomUUID(),
    address: '',
    hostname: '',
    connectedAt: 0,
    lastReceivedAt: 0,
    protocol: PROTOCOL_VERSION,
    nonce: 'n'.repeat(43),
    epoch: lineages.epochOf(joined.workspaceId),
    sent: current.version,
    versionMin: current.version,
    check: null,
    answeredAt: 0,
    snapshotMin: null,
    health: null,
    rejection: null,
    witness: null,
    ended: false,
  };
  const lost: Session[] = [];
  const feeds = createFeeds({
    db,
    seal: sealer(deriveSigningKey(SESSION_SECRET)),
    lineages: {
      ...lineages,
      async findAll(ids) {
        await beforeSeen();
        return lineages.findAll(ids);
      },
    },
    changeFeed: { current: () => process.isCurrent },
    log,
    onLost: (each) => lost.push(each),
  });
  expect(feeds.join(session, current, null)).toBe(true);
  return { feeds, lineages, sent, current, socket, session, lost };
}

async function change(): Promise<void> {
  const name = `renamed ${randomUUID().slice(0, 8)}`;
  const answer = await world.owner.post('/v1/api-keys', { name, profile: 'read-only' });
  expect(answer.status).toBe(201);
}

describe('a confirmation', () => {
  const check = 'c'.repeat(43);

  it('answers what was asked: the version is the current one', async () => {
    const { feeds, sent, current, session } = await follow({ isCurrent: true });
    session.check = check;
    await feeds.answer(session);
    expect(sent).toEqual([{ type: 'confirmed', nonce: check, version: current.version }]);
  });

  it('is not sent where nothing was asked, and once where it was', async () => {
    const { feeds, sent, session } = await follow({ isCurrent: true });
    await feeds.confirm();
    expect(sent).toEqual([]);
    session.check = check;
    await feeds.confirm();
    await feeds.confirm();
    expect(sent).toHaveLength(1);
  });

  it('waits for its turn when a gateway asks too often', async () => {
    const { feeds, sent, session } = await follow({ isCurrent: true });
    for (const letter of ['a', 'b', 'c']) {
      session.check = letter.repeat(43);
      await feeds.answer(session);
    }
    expect(sent).toEqual([expect.objectContaining({ nonce: 'a'.repeat(43) })]);
    await feeds.confirm();
    expect(sent.slice(1)).toEqual([expect.objectContaining({ nonce: 'c'.repeat(43) })]);
  });

  it('is not sent by a process that is not sure of its memory', async () => {
    const process = { isCurrent: false };
    const { feeds, sent, session } = await follow(process);
    session.check = check;
    await feeds.answer(session);
    await feeds.confirm();
    expect(sent).toEqual([]);
    process.isCurrent = true;
    await feeds.confirm();
    expect(sent).toHaveLength(1);
  });

  it('comes after the changes that were committed before it was asked for', async () => {
    const { feeds, sent, current, session } = await follow({ isCurrent: true });
    await change();
    session.check = check;
    await feeds.answer(session);
    const { version } = current;
    expect(sent).toEqual([
      expect.objectContaining({ type: 'changes', from: version, to: version + 1 }),
      { type: 'confirmed', nonce: check, version: version + 1 },
    ]);
  });

  it('is not sent to a gateway that reads too slowly, and changes take it out of the others', async () => {
    const { feeds, sent, socket, session, lost } = await follow({ isCurrent: true });
    session.check = check;
    socket.bufferedAmount = 2 * 1024 * 1024;
    await feeds.answer(session);
    await change();
    await feeds.step();
    expect(sent).toEqual([]);
    expect(lost).toEqual([session]);
  });
});

it('a change says how new what it tells may be, as its content is read later', async () => {
  const { feeds, sent, current } = await follow({ isCurrent: true }, change);
  await change();
  await feeds.step();
  const [first] = sent;
  expect(first).toMatchObject({ type: 'changes', from: current.version });
  expect(first).toMatchObject({
    to: current.version + 1,
    latest: { version: current.version + 2 },
  });
});

it('a gateway hears at once of what was committed while it caught up', async () => {
  const { feeds, lineages, sent, current, session } = await follow({ isCurrent: true });
  feeds.leave(session);
  const { db } = world.app.services;
  const seal = sealer(deriveSigningKey(SESSION_SECRET));
  const late = {
    ...lineages,
    async find() {
      await change();
      return current;
    },
  };
  const snapshots = createSnapshots(db, seal, lineages);
  const rateLimit = createSnapshotRateLimit();
  const catchUp = createSendMissed({ db, seal, feeds, snapshots, lineages: late, rateLimit });

  expect(await catchUp(session)).toBe(true);

  const { version } = current;
  expect(sent.at(-1)).toMatchObject({ type: 'changes', from: version, to: version + 1 });
});

it('a process that lost touch with its database lets no gateway in, and says so', async () => {
  const blocker = new pg.Client(world.app.database);
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select 1 from control_plane for update');
  await vi.waitUntil(() => !world.app.services.changeFeed.current(), WAIT);
  const gateway = await world.connect(joined);
  expect(await gateway.closed).toBe(1013);
  expect(gateway.headers.at(-1)).toMatchObject({ type: 'refused', code: 'unavailable' });
  await blocker.query('rollback');
});
