import { randomUUID } from 'node:crypto';
import { type OutgoingHttpHeaders, request } from 'node:http';
import {
  createIdentity,
  FLEET_PATH,
  HELLO_BYTES_MAX,
  PROTOCOL_VERSION,
} from '@tollkeeper/protocol';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import { type GatewayClient, type Joined, openGateway } from '../testing/gateway-client.ts';
import { whileHeld } from '../testing/while-held.ts';

let world: FleetWorld;
let joined: Joined;
/** Connected from the beginning: its five seconds pass while the others are tested. */
let silent: GatewayClient;

beforeAll(async () => {
  world = await startFleetWorld();
  joined = await world.join();
  silent = openGateway(world.app, joined);
});

function open(as: Joined = joined): GatewayClient {
  const gateway = openGateway(world.app, as);
  onTestFinished(() => gateway.close());
  return gateway;
}

const NOT_ADMITTED = 1008;

describe('a client that cannot prove to be a gateway', () => {
  const strangers: [string, () => Promise<GatewayClient>][] = [
    [
      'signs with another key',
      async () => {
        const gateway = open({ ...joined, identity: createIdentity() });
        await gateway.hello();
        return gateway;
      },
    ],
    [
      'repeats the hello of another connection',
      async () => {
        const first = open();
        const hello = await first.hello();
        await first.wait('gateway');
        const second = open();
        await second.nonce;
        second.send(hello);
        return second;
      },
    ],
    [
      'names another run of the process than it signed',
      async () => {
        const gateway = open();
        await gateway.hello({ instanceId: '0'.repeat(32) });
        return gateway;
      },
    ],
    [
      'names another state than it signed',
      async () => {
        const gateway = open();
        const latest = { version: 7, revision: randomUUID() };
        await gateway.hello({ version: 7, latest });
        return gateway;
      },
    ],
    [
      'names another workspace',
      async () => {
        const gateway = open();
        await gateway.hello({ workspaceId: 'ws_00000000000000000000' });
        return gateway;
      },
    ],
    [
      'signs for another workspace than its own',
      async () => {
        const gateway = open({ ...joined, workspaceId: 'ws_00000000000000000000' });
        await gateway.hello();
        return gateway;
      },
    ],
    [
      'says something else first',
      async () => {
        const gateway = open();
        await gateway.nonce;
        gateway.send({ type: 'resync' });
        return gateway;
      },
    ],
    [
      'says no JSON',
      async () => {
        const gateway = open();
        await gateway.nonce;
        gateway.socket.send('{');
        return gateway;
      },
    ],
    [
      'says too much',
      async () => {
        const gateway = open();
        await gateway.nonce;
        gateway.socket.send(
          JSON.stringify({ type: 'hello', pad: 'x'.repeat(HELLO_BYTES_MAX * 2) }),
        );
        return gateway;
      },
    ],
  ];

  it.each(strangers)('is closed without a word when it %s', async (_what, connect) => {
    const { headers, socket, closed } = await connect();
    await vi.waitUntil(() => headers.length > 1 || socket.readyState === socket.CLOSED, WAIT);
    expect(headers.map(({ type }) => type)).toEqual(['challenge']);
    expect(await closed).toBe(NOT_ADMITTED);
  });

  it('is closed without a word when it says nothing for five seconds', async () => {
    expect(await silent.closed).toBe(NOT_ADMITTED);
    expect(silent.headers.map(({ type }) => type)).toEqual(['challenge']);
  });

  it('leaves no trace of a connection', async () => {
    const gateway = open({ ...joined, identity: createIdentity() });
    await gateway.hello();
    await gateway.closed;
    expect(
      await world.query('select 1 from gateway_connection where instance_id = $1', [
        gateway.instanceId,
      ]),
    ).toEqual([]);
  });
});

it('answers a gateway that is of no fleet that it was removed', async () => {
  const gatewayId = 'gw_00000000000000000000';
  const gateway = open({ ...joined, gatewayId });
  const { nonce } = await gateway.hello();
  expect(await gateway.closed).toBe(NOT_ADMITTED);
  expect(gateway.headers.at(-1)).toEqual({ type: 'removed', nonce, gatewayId });
});

it('answers a gateway that is removed while it enters with that alone', async () => {
  const removed = await world.join();
  const gateway = open(removed);
  const enter = async () => {
    await gateway.hello();
    return vi.waitUntil(() => gateway.headers[1], WAIT);
  };
  const remove = 'delete from gateway where id = $1';
  const answer = await whileHeld(
    world.app.database,
    (holder) => holder.query(remove, [removed.gatewayId]),
    enter,
  );
  expect(answer).toMatchObject({ type: 'removed', gatewayId: removed.gatewayId });
});

it('tells a gateway of another protocol which one is spoken here', async () => {
  const gateway = open();
  await gateway.hello({ protocol: PROTOCOL_VERSION + 1 });
  expect(await gateway.closed).toBe(NOT_ADMITTED);
  expect(gateway.headers.at(-1)).toEqual({
    type: 'refused',
    code: 'protocol',
    detail: expect.stringContaining(
      `speaks version ${PROTOCOL_VERSION} of the fleet protocol, the gateway ${PROTOCOL_VERSION + 1}`,
    ),
  });
});

describe('an upgrade', () => {
  it.each([
    ['GET', FLEET_PATH, 'h2c', 404],
    ['GET', '/v1/whoami', 'websocket', 401],
    ['GET', '/nothing', 'websocket', 404],
    ['POST', FLEET_PATH, 'websocket', 404],
  ])('%s %s to %s is an ordinary request', async (method, path, protocol, status) => {
    const answer = await upgrade(path, { upgrade: protocol }, method);
    expect(answer.status).toBe(status);
  });

  it.each<[string, OutgoingHttpHeaders, string?]>([
    ['with a key that is none', { 'sec-websocket-key': 'zz' }],
    ['of another version', { 'sec-websocket-version': '12' }],
    ['to a subprotocol', { 'sec-websocket-protocol': 'a,,b' }],
    ['by HEAD', {}, 'HEAD'],
  ])('%s is refused as any request is', async (_what, headers, method) => {
    const { status, type } = await upgrade(FLEET_PATH, headers, method);
    expect({ status, type }).toEqual({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
    });
  });
});

function upgrade(path: string, headers: OutgoingHttpHeaders, method = 'GET') {
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    ...headers,
  };
  return new Promise<{ status: number | undefined; type: string | undefined }>(
    (resolve, reject) => {
      const sent = request(world.app.baseUrl + path, { method, headers: handshake }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, type: response.headers['content-type'] });
      });
      sent.on('error', reject).end();
    },
  );
}
