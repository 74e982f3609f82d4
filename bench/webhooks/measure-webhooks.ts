import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendEvents } from '../audit/fill-audit-log.ts';
import { startOurs } from '../changes/control-plane.ts';
import { type Database, openDatabaseServer } from '../changes/database-server.ts';

export interface WebhookFigures {
  readonly postgres: string;
  readonly endpoints: number;
  readonly hanging: number;
  readonly deliveries: number;
  /** Until the endpoints that answer had every event, in seconds: while all answer, and while some hang. */
  readonly allAnswerS: number;
  readonly someHangS: number;
}

const ENDPOINTS = 50;
const HANGING = 5;
/** Each goes to every endpoint. */
const EVENTS = 200;
const WAIT_MS_MAX = 300_000;

/** Whether endpoints that never answer delay the others, at one control plane. */
export async function measureWebhooks(dataDir: string): Promise<WebhookFigures> {
  const receiver = await startReceiver();
  const databaseServer = await openDatabaseServer(`${dataDir}-server`);
  try {
    const database = await databaseServer.create('tollkeeper_bench_webhooks');
    const allowed = { TOLLKEEPER_WEBHOOK_ALLOW: '127.0.0.1' };
    const { server, owner, bySession } = await startOurs(database, dataDir, allowed);
    for (let number = 0; number < ENDPOINTS; number += 1) {
      const url = `http://127.0.0.1:${receiver.port}/${number}`;
      const endpoint = { name: `Receiver ${number}`, url, eventTypes: ['api_key.update'] };
      const { status, body } = await bySession('/v1/webhook-endpoints', endpoint);
      if (status !== 201) throw new Error(`No endpoint: ${body}`);
    }
    const run = (hanging: number) => measureRun(database, owner.organizationId, receiver, hanging);
    const allAnswerS = await run(0);
    const someHangS = await run(HANGING);
    await server.stop();
    return {
      ...{ postgres: databaseServer.version, endpoints: ENDPOINTS, hanging: HANGING },
      ...{ deliveries: ENDPOINTS * EVENTS, allAnswerS, someHangS },
    };
  } finally {
    await databaseServer.close();
    receiver.close();
  }
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

async function measureRun(
  { url }: Database,
  organizationId: string,
  receiver: Receiver,
  hanging: number,
): Promise<number> {
  const received = receiver.expect({ endpoints: ENDPOINTS - hanging, events: EVENTS });
  const startedAt = performance.now();
  await appendEvents(url, organizationId, EVENTS);
  await received;
  return (performance.now() - startedAt) / 1000;
}

interface Expected {
  /** The first so many endpoints get so many events each; those after them are left without an answer. */
  readonly endpoints: number;
  readonly events: number;
}

async function startReceiver() {
  let left = 0;
  let answering = 0;
  let seen = new Set<string>();
  let done = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const number = Number(request.url?.slice(1));
      if (number >= answering) return;
      response.end();
      const message = String(request.headers['webhook-id']);
      if (seen.has(message)) return;
      seen.add(message);
      left -= 1;
      if (left === 0) done.resolve();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    expect({ endpoints, events }: Expected): Promise<void> {
      answering = endpoints;
      left = endpoints * events;
      seen = new Set();
      done = Promise.withResolvers();
      const late = setTimeout(() => done.reject(new Error('Webhooks took too long')), WAIT_MS_MAX);
      return done.promise.finally(() => clearTimeout(late));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
