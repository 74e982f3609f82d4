/** A destination on loopback, and what is sent to it. */
import type { AuditEvent, LogStreamDestination } from '@tollkeeper/contract';
import { auditLeafText } from '@tollkeeper/transparency-log';
import { beforeAll, beforeEach } from 'vitest';
import type { Services } from '../../../context.ts';
import { parseAllowance } from '../../../outgoing/index.ts';
import {
  answerWith,
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../../testing/webhook-receiver.ts';
import { lineWriter } from '../../audit-events/index.ts';
import { DESTINATIONS, type OpenStream } from './index.ts';

export const SECRET = 'secret-of-the-destination';
export const NOW = new Date('2027-01-31T12:00:00.000Z');
export const HOUR_MS = 3_600_000;

export const EVENT: AuditEvent = {
  ...{ id: 'evt_1', organizationId: 'org_1', sequence: 7, at: '2027-01-31T11:22:33.456Z' },
  actor: { type: 'key', memberId: 'mem_1', keyId: 'key_1' },
  action: 'api_key.update',
  target: { type: 'api_key', id: 'key_2', name: 'ci' },
  before: null,
  after: { name: 'ci', tags: ['a', 'b'], limit: 2.5, count: 3, isOn: true, none: null },
  ...{ ip: '203.0.113.9', userAgent: null, requestId: 'req_1' },
};

export let receiver: WebhookReceiver;
/** Starts the destination for a test file, which accepts all until a test says otherwise. */
export function prepareReceiver(): void {
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.reply = answerWith(200, {}, '{"text":"Success","code":0}');
  });
}

export const services = () =>
  ({
    outgoing: { allowance: parseAllowance('127.0.0.1'), resolve: async () => [], refusalMs: 0 },
  }) as unknown as Services;

export function stream(destination: LogStreamDestination, row: object = {}): OpenStream {
  const base = `http://127.0.0.1:${receiver.port}`;
  const settings = {
    ...{
      id: 'lst_1',
      organizationId: 'org_1',
      destination,
      format: 'native',
      url: base,
      site: null,
    },
    ...{
      index: null,
      tags: null,
      bucket: 'audit',
      region: 'eu-central-1',
      prefix: 'a b/ü',
      header: null,
    },
    accessKeyId: 'AKIA1',
  };
  const row_ = { ...settings, ...row } as OpenStream['row'];
  return { row: row_, secret: SECRET, problem: null, host: 'keys.example.com', now: NOW };
}

/** Sends events, and gives what came of it and what the destination received. */
export async function send(open: OpenStream, events: readonly AuditEvent[] = [EVENT]) {
  const destination = DESTINATIONS[open.row.destination];
  const isOcsf = open.row.format === 'ocsf';
  const records = events.map((event) => {
    const json = isOcsf ? lineWriter('ocsf', 'log')(event).trimEnd() : auditLeafText(event);
    return destination.record({ event, json }, open);
  });
  const range = { firstSequence: 7, lastSequence: 6 + events.length, firstAt: EVENT.at };
  const batch = { ...range, records, bytes: 1, isTest: open.row.destination === 's3' };
  const answer = await destination.send(services(), open, batch, { timeoutMs: 30_000 });
  return { ...answer, received: receiver.received.at(-1) as ReceivedWebhook };
}
