import { gunzipSync } from 'node:zlib';
import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer';
import { auditLeafText } from '@tollkeeper/transparency-log';
import { describe, expect, it } from 'vitest';
import { readDatadog, readSplunk } from '../../../testing/log-systems.ts';
import { answerWith } from '../../../testing/webhook-receiver.ts';
import { lineWriter } from '../../audit-events/index.ts';
import {
  EVENT,
  HOUR_MS,
  NOW,
  prepareReceiver,
  receiver,
  SECRET,
  send,
  services,
  stream,
} from './destination.fixture.ts';
import { DESTINATIONS } from './index.ts';

prepareReceiver();

describe('Splunk', () => {
  it('receives events one after the other, with their time, index and source type', async () => {
    const { result, received } = await send(stream('splunk', { index: 'audit' }), [EVENT, EVENT]);
    expect(result).toMatchObject({ kind: 'taken', rejectedCount: 0 });
    const metadata = { host: 'keys.example.com', source: 'tollkeeper', index: 'audit' };
    expect(readSplunk(received, SECRET)).toEqual(
      Array(2).fill({
        ...{ ...metadata, time: Date.parse(EVENT.at) / 1000, sourcetype: 'tollkeeper:audit' },
        event: EVENT,
      }),
    );
  });

  it.each([
    [
      403,
      '{"text":"Invalid token","code":4}',
      'Splunk says code 4 (Invalid token). Check the token.',
    ],
    [400, '{"text":"Incorrect index","code":7,"invalid-event-number":1}', 'Allow the index'],
    [400, '{"text":"Data channel is missing","code":10}', 'without indexer acknowledgment'],
    [503, '{"text":"Server is busy","code":9}', 'status 503. Splunk says code 9 (Server is busy).'],
    [200, '{"text":"No data","code":5}', 'code 5'],
    [200, '<html>Sign in</html>', 'not as the HTTP Event Collector does'],
    [302, '', 'Redirects are not followed'],
  ])('that answers %i %s has not taken the batch', async (status, body, words) => {
    receiver.reply = answerWith(status, { 'retry-after': '9' }, body);
    const { result, retryAfter } = await send(stream('splunk'));
    expect(result).toEqual({ kind: 'refused', problem: expect.stringContaining(words) });
    expect(retryAfter).toBe('9');
  });
});

describe('Datadog', () => {
  it('receives an array of logs, compressed, of no event that it would drop as too old', async () => {
    receiver.reply = answerWith(202, {}, '{}');
    const old = { ...EVENT, at: new Date(NOW.getTime() - 40 * HOUR_MS).toISOString() };
    const { result, received } = await send(stream('datadog', { tags: 'env:prod' }), [EVENT, old]);
    expect(result).toMatchObject({ kind: 'taken' });
    expect(received.headers['content-encoding']).toBe('gzip');
    const log = {
      ...{ ddsource: 'tollkeeper', ddtags: 'env:prod', hostname: 'keys.example.com' },
      ...{ service: 'tollkeeper', status: 'info', message: 'api_key.update: api_key "ci"' },
    };
    expect(readDatadog(received, SECRET, NOW)).toEqual([
      { ...log, timestamp: EVENT.at, event: EVENT },
      { ...log, event: old },
    ]);
  });

  it('is sent to the intake of its site', async () => {
    const names: string[] = [];
    const resolve = async (name: string) => {
      names.push(name);
      return [];
    };
    const open = stream('datadog', { url: null, site: 'us3.datadoghq.com' });
    const batch = {
      firstSequence: 1,
      lastSequence: 1,
      firstAt: EVENT.at,
      records: ['{}'],
      bytes: 2,
      isTest: false,
    };
    const { outgoing } = services();
    const sent = DESTINATIONS.datadog.send(
      { ...services(), outgoing: { ...outgoing, resolve } },
      open,
      batch,
      { timeoutMs: 30_000 },
    );
    await expect(sent).rejects.toThrow(/has no address/);
    expect(names).toEqual(['http-intake.logs.us3.datadoghq.com']);
  });

  it.each([
    [
      403,
      '{"errors":[{"status":"403","detail":"Forbidden"}]}',
      'refused',
      'Datadog says: Forbidden',
    ],
    [413, '{"errors":[]}', 'too_large', 'too large'],
    [429, '', 'refused', 'status 429'],
  ])('that answers %i has not taken the batch', async (status, body, kind, words) => {
    receiver.reply = answerWith(status, {}, body);
    const { result } = await send(stream('datadog'));
    expect(result).toEqual({ kind, problem: expect.stringContaining(words) });
  });
});

describe('a collector of OpenTelemetry', () => {
  it.each(['native', 'ocsf'])('receives what its own client sends: %s', async (format) => {
    receiver.reply = answerWith(200, {}, '{}');
    const { result, received } = await send(stream('otlp', { format }));
    expect(result).toMatchObject({ kind: 'taken', rejectedCount: 0 });
    expect(received).toMatchObject({
      ...{ method: 'POST', path: '/v1/logs' },
      headers: { 'content-type': 'application/json', authorization: SECRET },
    });
    const body = JSON.parse(
      format === 'native' ? auditLeafText(EVENT) : lineWriter('ocsf', 'log')(EVENT),
    );
    expect(normal(JSON.parse(gunzipSync(received.bytes).toString()))).toEqual(
      normal(JSON.parse(new TextDecoder().decode(clientRequest(body)))),
    );
  });

  it.each([
    [
      '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}',
      1,
      'It rejected 1 of 2 events. too old',
    ],
    ['{"partialSuccess":{"rejectedLogRecords":9}}', 2, 'It rejected 2 of 2 events.'],
    ['{"partialSuccess":{"errorMessage":"use v2"}}', 0, 'use v2'],
    ['{"partialSuccess":{"rejectedLogRecords":"-1"}}', 0, null],
    ['{"partialSuccess":{}}', 0, null],
    ['', 0, null],
  ])(
    'that answers %s has taken the batch, but for what it says',
    async (body, rejectedCount, note) => {
      receiver.reply = answerWith(200, {}, body);
      expect((await send(stream('otlp'), [EVENT, EVENT])).result).toEqual({
        kind: 'taken',
        rejectedCount,
        note,
      });
    },
  );

  it.each([
    [200, '<html>', 'not as OTLP'],
    [400, '{"message":"bad record"}', 'It says: bad record'],
    [503, '', 'status 503'],
  ])('that answers %i %s has not', async (status, body, words) => {
    receiver.reply = answerWith(status, {}, body);
    const { result } = await send(stream('otlp', { header: 'x-api-key' }));
    expect(result).toEqual({ kind: 'refused', problem: expect.stringContaining(words) });
    expect(receiver.received.at(-1)?.headers['x-api-key']).toBe(SECRET);
  });
});

/** What the client of OpenTelemetry sends of the event. */
function clientRequest(body: object): Uint8Array {
  const [seconds = 0, nanos = 0] = [Math.floor(Date.parse(EVENT.at) / 1000), 456_000_000];
  const record = {
    ...{ hrTime: [seconds, nanos], hrTimeObserved: [seconds, nanos], eventName: EVENT.action },
    ...{ severityNumber: 9, severityText: 'INFO', body, droppedAttributesCount: 0 },
    attributes: {
      'event.id': EVENT.id,
      'tollkeeper.organization.id': EVENT.organizationId,
      'tollkeeper.audit.sequence': EVENT.sequence,
    },
    resource: { attributes: { 'service.name': 'tollkeeper', 'host.name': 'keys.example.com' } },
    instrumentationScope: { name: 'tollkeeper.audit_log' },
  };
  const serialized = JsonLogsSerializer.serializeRequest([record] as unknown as Parameters<
    typeof JsonLogsSerializer.serializeRequest
  >[0]);
  return serialized ?? new Uint8Array();
}

/** Integers as texts, and nothing that is empty anyway: both are one value in the JSON of protobuf. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([key]) => !key.startsWith('dropped'));
  return Object.fromEntries(
    fields.map(([key, each]) => [key, key === 'intValue' ? String(each) : normal(each)]),
  );
}
