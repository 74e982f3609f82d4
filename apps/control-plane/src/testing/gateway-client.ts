/** A gateway as the fleet protocol sees it, for tests of what goes over the wire. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { createId, type JoinedGateway } from '@tollkeeper/contract';
import { applyPart } from '@tollkeeper/gateway-core';
import {
  createIdentity,
  type DownwardOf,
  decodePart,
  type Entry,
  FLEET_PATH,
  type Frame,
  type Hello,
  openFrame,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  publicKeyText,
  readPublicKey,
  signHello,
  type Upward,
  type UpwardOf,
} from '@tollkeeper/protocol';
import { createKeyIndex, type KeyIndex } from '@tollkeeper/verify';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { gateway } from '../db/schema/index.ts';
import type { Client } from './client.ts';
import { joinFleet } from './fleet.ts';
import type { TestApp } from './test-app.ts';

export interface Joined extends JoinedGateway {
  readonly identity: KeyObject;
}

/** What a gateway decides with. */
export type Has = Pick<UpwardOf<'ack'>, 'version' | 'latest'>;

export interface GatewayClient {
  readonly joined: Joined;
  readonly instanceId: string;
  /** Headers of all that came, challenge included, in order. */
  readonly headers: Frame['header'][];
  /** All entries that came, parts of snapshots included. */
  readonly entries: Entry[];
  /** What it decides with. */
  readonly index: () => KeyIndex;
  /** The version that it has applied; null without a snapshot. */
  readonly version: () => number | null;
  readonly has: () => Has | undefined;
  /** Whatever did not follow on what came before. */
  readonly faults: string[];
  readonly nonce: Promise<string>;
  /** The code that the control plane closed with. */
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  hello(fields?: Partial<Hello>): Promise<Hello>;
  send(message: Upward): void;
  /** Waits for the first message of the type. */
  wait<T extends Frame['header']['type']>(type: T): Promise<DownwardOf<T>>;
  close(): Promise<void>;
}

const WAIT = { interval: 5 };

/** Joins the workspace with an identity of its own. */
export async function joinWithIdentity(
  app: Pick<TestApp, 'baseUrl'>,
  creator: Client,
  workspaceId: string,
  name = 'edge',
): Promise<Joined> {
  const identity = createIdentity();
  const publicKey = publicKeyText(identity);
  const joined = await joinFleet(app, creator, workspaceId, { publicKey, name });
  return { ...joined.gateway, identity };
}

/** Many gateways that have joined, put into the database as joining would. */
export async function addGateways(
  { services }: TestApp,
  place: { readonly organizationId: string; readonly workspaceId: string },
  count: number,
): Promise<Joined[]> {
  const made = Array.from({ length: count }, () => ({
    gatewayId: createId('gateway', randomBytes),
    controlPlaneKey: services.fleet.publicKey,
    identity: createIdentity(),
    ...place,
  }));
  await services.db.insert(gateway).values(
    made.map(({ gatewayId, identity }) => ({
      id: gatewayId,
      ...place,
      name: 'edge',
      labels: {},
      publicKey: Buffer.from(publicKeyText(identity), 'base64url'),
      joinKeyId: 'jk_00000000000000000000',
      createdAt: new Date(),
    })),
  );
  return made;
}

/**
 * @param options `acks` false says nothing of what it applied; `has` is what it comes with; `light`
 * looks at headers only, for many at once; `protocol` is the version that it speaks
 */
export function openGateway(
  app: Pick<TestApp, 'baseUrl'>,
  joined: Joined,
  options: {
    readonly instanceId?: string;
    readonly acks?: boolean;
    readonly has?: Has | undefined;
    readonly light?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
    readonly protocol?: number;
  } = {},
): GatewayClient {
  const url = `${app.baseUrl.replace('http', 'ws')}${FLEET_PATH}`;
  const { protocol = PROTOCOL_VERSION } = options;
  const named = protocol > 3 ? { [PROTOCOL_HEADER]: String(protocol) } : {};
  const socket = new WebSocket(url, { headers: { ...named, ...options.headers } });
  const instanceId = options.instanceId ?? randomBytes(16).toString('hex');
  const key = readPublicKey(joined.controlPlaneKey);
  const headers: Frame['header'][] = [];
  const entries: Entry[] = [];
  const faults: string[] = [];
  const { promise: nonce, resolve: challenged } = Promise.withResolvers<string>();
  const { promise: closed, resolve: close } = Promise.withResolvers<number>();
  let index = createKeyIndex();
  let next = createKeyIndex();
  let has = options.has;
  let parts = 0;

  function apply({ header, body }: Frame): void {
    if (header.type === 'challenge') challenged(header.nonce);
    if (header.type !== 'snapshot' && header.type !== 'changes') return;
    if (!options.light) entries.push(...decodePart(body));
    if (header.type === 'snapshot') {
      if (header.part === 0) {
        next = createKeyIndex();
        parts = 0;
      }
      if (header.part !== parts) faults.push(`part ${header.part}, not ${parts}`);
      parts += 1;
      if (!options.light) applyPart(next, joined.organizationId, body);
      if (!header.latest) return;
      index = next;
      has = { version: header.version, latest: header.latest };
    } else {
      if (header.from !== has?.version) faults.push(`from ${header.from}, not ${has?.version}`);
      if (!options.light) applyPart(index, joined.organizationId, body);
      has = { version: header.to, latest: header.latest };
    }
    if (options.acks !== false) send({ type: 'ack', ...has });
  }

  function send(message: Upward): void {
    socket.send(JSON.stringify(message));
  }

  socket.on('message', (data: Buffer) => {
    const frame = openFrame(data, key);
    headers.push(frame.header);
    apply(frame);
  });
  socket.on('error', () => undefined);
  socket.on('close', close);

  return {
    joined,
    instanceId,
    headers,
    entries,
    index: () => index,
    version: () => has?.version ?? null,
    has: () => has,
    faults,
    nonce,
    closed,
    socket,
    send,
    async hello(fields = {}) {
      const { gatewayId, workspaceId } = joined;
      const claims = {
        ...{ gatewayId, instanceId, workspaceId, nonce: randomBytes(32).toString('base64url') },
        ...{ version: has?.version ?? null, latest: has?.latest ?? null },
      };
      const message: Hello = {
        type: 'hello',
        protocol,
        ...claims,
        signature: signHello(joined.identity, await nonce, claims),
        softwareVersion: '0.0.0-test',
        hostname: 'edge.test',
        staleMaxMs: null,
        ...fields,
      };
      send(message);
      return message;
    },
    async wait(type) {
      return vi.waitUntil(() => {
        const found = headers.find((header) => header.type === type);
        return found as DownwardOf<typeof type> | undefined;
      }, WAIT);
    },
    async close() {
      socket.terminate();
      await closed;
    },
  };
}
