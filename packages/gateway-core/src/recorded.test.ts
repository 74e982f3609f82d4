import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { CONFIRM_MS, FLEET_PATH, readIdentity } from '@tollkeeper/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  RECORDINGS,
  type RecordedMessage,
  type Recording,
} from '../../protocol/src/testing/recorded.ts';
import type { Fleet } from './fleet.ts';
import { storeIdentity } from './identity/identity-file.ts';
import { openStateFolder } from './state-folder/open-state-folder.ts';
import { createTestClock, type TestClock } from './testing/clock.ts';
import { createTestLog, makeStateDir, start } from './testing/start.ts';

/** Fields that are measured, random, or a sentence for people. */
const VARYING: ReadonlyMap<string, object> = new Map([
  ['health', { cpuPercent: expect.any(Number), memoryBytes: expect.any(Number) }],
  ['reject', { detail: expect.any(String) }],
  ['witness', { publicKey: expect.any(String) }],
  ['cosignature', { line: expect.any(String) }],
]);

it.each(RECORDINGS)('a gateway of this build converses in version $protocol', async (recording) => {
  const { join, messages } = recording;
  const server = await startReplay(recording);
  const clock = createTestClock();
  const stateDir = await makeStateDir();
  await storeKeyPair(recording, stateDir, server.url);
  let drawn = 0;
  const starting = start({
    controlPlane: server.url,
    stateDir,
    joinKey: join.request.joinKey,
    staleMaxMs: 60_000,
    clock,
    randomBytes: (count) => Buffer.alloc(count, ++drawn),
  });
  const socket = await server.connected;
  const received = collect(socket);

  for (const message of messages) {
    if (message.from === 'control-plane') socket.send(message.bytes);
    else await expectSent(message, received, starting, clock);
  }

  await once(socket, 'close');
  expect(server.joins).toEqual([join.request]);
  expect(received).toEqual([]);
  expect((await starting).keys()).toBe('gateway_removed');
});

/** Waits until the gateway has sent the recorded message, after whatever makes it send one. */
async function expectSent(
  { type, text }: Extract<RecordedMessage, { from: 'gateway' }>,
  received: string[],
  starting: Promise<Fleet>,
  clock: TestClock,
): Promise<void> {
  if (type === 'check') {
    await vi.waitUntil(async () => (await starting).status().version === 8);
    clock.advance(CONFIRM_MS);
  }
  if (type === 'usage') await countCalls(await starting, clock, JSON.parse(text));
  const isNext = (each: string) => JSON.parse(each).type === type;
  await vi.waitUntil(() => received.some(isNext));
  const [sent = ''] = received.splice(received.findIndex(isNext), 1);
  const varying = VARYING.get(type);
  if (varying) expect(JSON.parse(sent)).toEqual({ ...JSON.parse(text), ...varying });
  else expect(sent).toBe(text);
}

async function countCalls(
  fleet: Fleet,
  clock: TestClock,
  { rows: [row] }: { rows: { keyId: string; ownerId: string; lastAcceptedMs: number }[] },
): Promise<void> {
  if (!row) throw new Error('No calls were recorded');
  const subject = { keyId: row.keyId, ownerId: row.ownerId, workspaceId: null };
  const call = {
    code: 'valid',
    method: '',
    routePath: '',
    refusedBy: [],
    needs: 'apis.call',
  } as const;
  fleet.count(subject, true, row.lastAcceptedMs, call);
  fleet.count(subject, false, row.lastAcceptedMs);
  fleet.flush();
  clock.advance(1000);
}

/** All that the gateway sends, in order, but repeated reports of its health. */
function collect(socket: WebSocket): string[] {
  const received: string[] = [];
  let hasHealth = false;
  socket.on('message', (data) => {
    const text = String(data);
    const isHealth = JSON.parse(text).type === 'health';
    if (!isHealth || !hasHealth) received.push(text);
    hasHealth ||= isHealth;
  });
  return received;
}

/** The key pair of the recording, as a gateway stores it before it has joined. */
async function storeKeyPair(
  { identitySeed }: Recording,
  stateDir: string,
  controlPlane: string,
): Promise<void> {
  const folder = await openStateFolder(stateDir, createTestLog());
  const privateKey = readIdentity(identitySeed);
  await storeIdentity(folder, { controlPlane, privateKey, joined: null });
  folder.release();
}

/** Answers the recorded request to join, and accepts the connection. */
async function startReplay({ join }: Recording) {
  const joins: unknown[] = [];
  const server = createServer(async (request, response) => {
    joins.push(JSON.parse(await readText(request)));
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(join.response));
  });
  const sockets = new WebSocketServer({ server, path: FLEET_PATH });
  const connected = once(sockets, 'connection').then(([socket]): WebSocket => socket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, joins, connected };
}
