import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JoinedGateway, joinGateway } from '@tollkeeper/contract';
import {
  FLEET_PATH,
  type Hello,
  hello as helloSchema,
  PROTOCOL_VERSION,
  publicKeyText,
  readPublicKey,
  type Upward,
  type UpwardOf,
  upward,
  verifyHello,
} from '@tollkeeper/protocol';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createSealer, type Sealer } from './sealer.ts';
import { idOf, ORGANIZATION, WORKSPACE } from './world.ts';

/** For tests: the other end of the protocol, over real HTTP and a real WebSocket. */
export interface TestControlPlane extends Sealer {
  readonly url: string;
  /** What came to the join route. */
  readonly joins: Record<string, unknown>[];
  /** Answers the next requests to join; by default each key pair is admitted as gateway 1. */
  onJoin: (body: Record<string, unknown>, response: ServerResponse) => void;
  /** What it does with a gateway that has said hello; by default it brings it up to date. */
  onHello: (connection: TestConnection) => void;
  /** The next connection on which a gateway has said hello. */
  connected(): Promise<TestConnection>;
  /** How many connections were opened. */
  opened(): number;
  stop(): Promise<void>;
}

export interface TestConnection {
  readonly hello: Hello;
  /** All but the hello. */
  readonly received: Upward[];
  send(bytes: Uint8Array): void;
  /** The next message of the type that nobody has taken. */
  next<T extends Upward['type']>(type: T): Promise<UpwardOf<T>>;
  readonly socket: WebSocket;
  /** Whether it answers checks; true by default. */
  answersChecks: boolean;
  /** Whether it stores the usage that is handed over; true by default. */
  takesUsage: boolean;
}

export const JOINED = {
  gatewayId: idOf('gw', 1),
  organizationId: ORGANIZATION,
  workspaceId: WORKSPACE,
} satisfies Partial<JoinedGateway>;

/** @param port 0 for any */
export async function startControlPlane(
  sealer: Sealer = createSealer(),
  port = 0,
): Promise<TestControlPlane> {
  const server = createServer((request, response) => void serve(request, response));
  const sockets = new WebSocketServer({ server, path: FLEET_PATH });
  const queue = createQueue<TestConnection>();
  let openedCount = 0;
  const self: TestControlPlane = {
    ...sealer,
    url: '',
    joins: [],
    onJoin(_, response) {
      response.writeHead(joinGateway.status, { 'content-type': 'application/json' });
      const controlPlaneKey = publicKeyText(sealer.signingKey);
      response.end(JSON.stringify({ ...JOINED, controlPlaneKey }));
    },
    onHello: (connection) => bringUpToDate(self, connection),
    connected: queue.take,
    opened: () => openedCount,
    async stop() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    self.joins.push(body);
    self.onJoin(body, response);
  }

  sockets.on('connection', (socket) => {
    openedCount += 1;
    const nonce = randomBytes(32).toString('base64url');
    socket.send(sealer.seal({ type: 'challenge', protocol: PROTOCOL_VERSION, nonce }));
    socket.once('message', (data) => {
      const said = helloSchema.parse(JSON.parse(String(data)));
      const key = readPublicKey(String(self.joins.at(-1)?.publicKey ?? knownKey));
      if (!verifyHello(key, nonce, said, said.signature)) return socket.close(1008);
      knownKey = publicKeyText(key);
      const connection = talk(sealer, socket, said);
      self.onHello(connection);
      queue.add(connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => self.stop());
  return Object.assign(self, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
}

/** Of the gateway that joined last, also at an earlier control plane of the same test. */
let knownKey = '';

/** As the control plane does: the changes since its version, else a whole snapshot. */
function bringUpToDate(sealer: Sealer, connection: TestConnection): void {
  const { version, nonce } = connection.hello;
  connection.send(sealer.gateway(nonce));
  connection.send(sealer.lineage(nonce, { continues: version !== null }));
  if (version === null) for (const frame of sealer.snapshot()) connection.send(frame);
  else if (version < sealer.world.version()) connection.send(sealer.changes(version));
  connection.send(sealer.confirmed(nonce));
}

function talk({ seal, confirmed }: Sealer, socket: WebSocket, hello: Hello): TestConnection {
  const received: Upward[] = [];
  const queues = new Map<string, Queue<Upward>>();
  const queueOf = (type: string) => {
    const queue = queues.get(type) ?? createQueue<Upward>();
    queues.set(type, queue);
    return queue;
  };
  socket.on('message', (data) => {
    const message = upward.parse(JSON.parse(String(data)));
    received.push(message);
    queueOf(message.type).add(message);
    if (message.type === 'check' && self.answersChecks) self.send(confirmed(message.nonce));
    if (message.type !== 'usage' || !self.takesUsage) return;
    const { spoolId, sequence } = message;
    self.send(seal({ type: 'usage-stored', spoolId, sequence }));
  });
  const self: TestConnection = {
    hello,
    received,
    socket,
    send: (bytes) => socket.send(bytes),
    next: <T extends Upward['type']>(type: T) => queueOf(type).take() as Promise<UpwardOf<T>>,
    answersChecks: true,
    takesUsage: true,
  };
  return self;
}

interface Queue<T> {
  add(item: T): void;
  take(): Promise<T>;
}

function createQueue<T>(): Queue<T> {
  const items: T[] = [];
  const takers: ((item: T) => void)[] = [];
  return {
    add(item) {
      const taker = takers.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    take() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => takers.push(resolve));
    },
  };
}
