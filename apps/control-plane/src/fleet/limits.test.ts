import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '@tollkeeper/contract';
import { createIdentity, PROTOCOL_VERSION, publicKeyText, SILENCE_MS } from '@tollkeeper/protocol';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import {
  type GatewayClient,
  type Joined,
  joinWithIdentity,
  openGateway,
} from '../testing/gateway-client.ts';
import { addOrganization } from '../testing/people.ts';
import { createConnectedGateways } from './connected-gateways.ts';
import { flushed, isSlow, type Session, send, sendWhole } from './gateway-session.ts';
import { startHub } from './hub.ts';

const PROXY = '127.0.0.1';

let world: FleetWorld;

beforeAll(async () => {
  world = await startFleetWorld({ trustedProxies: [PROXY] });
});

const PART = new Uint8Array(256 * 1024);

function sessionOn(socket: WebSocket, instanceId = 'a', organizationId = 'org_1'): Session {
  const gateway = {
    id: 'gw_1',
    organizationId,
    workspaceId: 'ws_1',
    name: 'edge',
    labels: {},
    draining: false,
    publicKey: Buffer.alloc(32),
  };
  return {
    socket,
    gateway,
    instanceId,
    hostname: 'edge.test',
    address: '192.0.2.1',
    protocol: PROTOCOL_VERSION,
    nonce: 'n'.repeat(43),
    epoch: '0'.repeat(32),
    sent: null,
    versionMin: null,
    check: null,
    answeredAt: 0,
    snapshotMin: null,
    connectedAt: 0,
    lastReceivedAt: 0,
    health: null,
    rejection: null,
    witness: null,
    ended: false,
  };
}

/** A connection of which the other end reads nothing, with so much sent that it holds some back. */
async function deafReader(): Promise<Session> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  onTestFinished(() => client.terminate());
  client.on('error', () => undefined);
  const [socket]: WebSocket[] = await once(server, 'connection');
  if (!socket) throw new Error('Nobody connected');
  await once(client, 'open');
  client.pause();
  const session = sessionOn(socket);
  while (!isSlow(session)) {
    socket.send(PART);
    await vi.waitFor(() => undefined);
  }
  return session;
}

describe('a gateway that does not read', () => {
  it.each([
    ['a part of a snapshot', (session: Session) => sendWhole(session, PART)],
    ['what was sent before', flushed],
  ])('is cut when it does not take %s in time', async (_what, wait) => {
    const session = await deafReader();
    const closed = once(session.socket, 'close');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const waited = wait(session).then(
      () => 'taken',
      () => 'cut',
    );
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
    expect(session.socket.readyState).toBe(WebSocket.OPEN);
    await vi.advanceTimersByTimeAsync(1);
    await closed;
    expect(await waited).toBe('cut');
  });

  it('is cut at once when it makes us answer on and on', async () => {
    const session = await deafReader();
    const { socket } = session;
    const closed = once(socket, 'close');
    for (let count = 0; count < 100 && socket.readyState === WebSocket.OPEN; count += 1) {
      send(session, PART);
      expect(socket.bufferedAmount).toBeLessThan(5 * 1024 * 1024);
    }
    expect(socket.readyState).not.toBe(WebSocket.OPEN);
    await closed;
  });
});

describe('connections', () => {
  it('of one identity are at most eight: the oldest is cut for the newest, and its row goes', async () => {
    const joined = await world.join();
    const opened: GatewayClient[] = [];
    for (let count = 0; count < 10; count += 1) {
      const gateway = await world.connect(joined, { light: true });
      await gateway.wait('gateway');
      opened.push(gateway);
    }
    const [first, second, ...rest] = opened;
    await Promise.all([first?.closed, second?.closed]);
    const stored = async () => {
      const rows = await world.query<{ id: string }>(
        'select instance_id as id from gateway_connection where gateway_id = $1',
        [joined.gatewayId],
      );
      return rows.map(({ id }) => id).toSorted();
    };
    const standing = rest.map(({ instanceId }) => instanceId).toSorted();
    await vi.waitFor(async () => expect(await stored()).toEqual(standing), WAIT);
    expect(rest.every(({ socket }) => socket.readyState === WebSocket.OPEN)).toBe(true);
  });

  it('of one organization are bounded; those of others go on, and who leaves makes room', () => {
    const sessions = createConnectedGateways(2);
    const socket = { terminate: () => undefined } as WebSocket;
    const [a, b] = [sessionOn(socket, 'a'), sessionOn(socket, 'b')];
    sessions.add(a);
    sessions.add(b);
    // The same run once more takes the place of its older connection.
    const again = sessionOn(socket, 'b');
    sessions.add(again);
    sessions.delete(b);
    expect(sessions.isFull('org_1')).toBe(true);
    expect(sessions.isFull('org_2')).toBe(false);
    sessions.delete(again);
    expect(sessions.isFull('org_1')).toBe(false);
    sessions.delete(again);
    sessions.add(sessionOn(socket, 'c'));
    expect(sessions.isFull('org_1')).toBe(true);
  });

  it('beyond the bound of their organization are refused for now', async () => {
    const { app } = world;
    const signingKey = createIdentity();
    const witnesses = { readLogs: async () => [], onWitnessAlarm: async () => undefined };
    const options = { ...app.services, processId: 'a small hub', signingKey, ...witnesses };
    const hub = startHub({ ...options, onCanaryUses: () => undefined, perOrganizationMax: 1 });
    onTestFinished(() => hub.stop());
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    onTestFinished(() => void server.close());
    server.on('connection', (socket, { socket: stream }) =>
      hub.enter(PROXY, () => stream.destroy())?.accept(socket, stream, String(PROTOCOL_VERSION)),
    );
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answerTo = async (joined: Joined) => {
      const controlPlaneKey = publicKeyText(signingKey);
      const gateway = openGateway({ baseUrl }, { ...joined, controlPlaneKey });
      onTestFinished(() => gateway.close());
      await gateway.hello();
      return vi.waitUntil(() => gateway.headers[1], WAIT);
    };
    const other = await addOrganization(app, 'Other');

    expect(await answerTo(await world.join())).toMatchObject({ type: 'gateway' });
    const refused = { type: 'refused', code: 'unavailable' };
    expect(await answerTo(await world.join())).toMatchObject(refused);
    const ofOther = await joinWithIdentity(app, other.owner.client, other.workspaceId);
    expect(await answerTo(ofOther)).toMatchObject({ type: 'gateway' });
  });
});

describe('the address of a gateway', () => {
  async function addressFrom(app: FleetWorld, forwarded?: string): Promise<string | undefined> {
    const joined = await app.join();
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    const gateway = await app.connect(joined, { light: true, headers });
    await gateway.wait('gateway');
    const { body } = await app.owner.get<Gateway>(`/v1/gateways/${joined.gatewayId}`);
    await gateway.close();
    return body.instances[0]?.address;
  }

  it('is what a trusted proxy says, and nothing that stood there before', async () => {
    expect(await addressFrom(world, '203.0.113.5')).toBe('203.0.113.5');
    expect(await addressFrom(world, '198.51.100.66, 203.0.113.5')).toBe('203.0.113.5');
    expect(await addressFrom(world, `203.0.113.5, ${PROXY}`)).toBe('203.0.113.5');
    expect(await addressFrom(world, '2001:db8::5')).toBe('2001:db8::5');
    expect(await addressFrom(world)).toBe(PROXY);
  });

  it('is where the connection comes from, whatever is claimed, where no proxy is trusted', async () => {
    expect(await addressFrom(await startFleetWorld(), '203.0.113.5')).toBe(PROXY);
  });
});
