import { gunzipSync } from 'node:zlib';
import type { AuditEvent, LogStreamDestination } from '@tollkeeper/contract';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { describe, expect, it } from 'vitest';
import { readDatadog, readLines, readS3, readSplunk } from '../../../testing/log-systems.ts';
import { answerWith } from '../../../testing/webhook-receiver.ts';
import { withoutSecret } from '../delivery/without-secret.ts';
import {
  EVENT,
  NOW,
  prepareReceiver,
  receiver,
  SECRET,
  send,
  services,
  stream,
} from './destination.fixture.ts';
import { DESTINATIONS } from './index.ts';
import type { AnyValue } from './otlp-value.ts';

interface OcsfEvent {
  readonly resources: readonly [{ readonly name: string }];
}

prepareReceiver();

describe('S3', () => {
  const keys = { accessKeyId: 'AKIA1', secretAccessKey: SECRET, region: 'eu-central-1' };

  it('receives an object that is signed', async () => {
    const { result, received } = await send(stream('s3'), [EVENT, EVENT]);
    expect(result).toMatchObject({ kind: 'taken' });
    const object = readS3(received, keys);
    expect(object).toMatchObject({ bucket: 'audit', key: 'a b/ü/tollkeeper-test.jsonl.gz' });
    expect(readLines(gunzipSync(object.bytes))).toEqual([EVENT, EVENT]);
    expect(() => readS3(received, { ...keys, secretAccessKey: 'another' })).toThrow('signature');
    expect(() => readS3({ ...received, path: '/audit/x' }, keys)).toThrow('signature');
  });

  it('of AWS has the host of the bucket and the region, and no key goes to another one', async () => {
    const names: string[] = [];
    const { outgoing } = services();
    const resolve = async (name: string) => {
      names.push(name);
      return [];
    };
    const batch = {
      firstSequence: 1,
      lastSequence: 1,
      firstAt: EVENT.at,
      records: ['{}'],
      bytes: 2,
      isTest: true,
    };
    for (const bucket of ['audit', 'audit.logs']) {
      const open = stream('s3', { url: null, bucket });
      const sent = DESTINATIONS.s3.send(
        { ...services(), outgoing: { ...outgoing, resolve } },
        open,
        batch,
        { timeoutMs: 30_000 },
      );
      await expect(sent).rejects.toThrow(/has no address/);
    }
    expect(names).toEqual(['audit.s3.eu-central-1.amazonaws.com', 's3.eu-central-1.amazonaws.com']);
  });

  it.each([
    [
      403,
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      'It says AccessDenied: Access Denied.',
    ],
    [307, '<Error><Code>TemporaryRedirect</Code></Error>', 'Redirects are not followed'],
    [503, '<Error><Code>SlowDown</Code></Error>', 'It says SlowDown.'],
    [500, 'no XML at all', 'status 500.'],
  ])('that answers %i has not taken the object', async (status, body, words) => {
    receiver.reply = answerWith(
      status,
      { 'retry-after': '3', location: 'http://127.0.0.1:1/' },
      body,
    );
    const { result, retryAfter } = await send(stream('s3'));
    expect(result).toEqual({ kind: 'refused', problem: expect.stringContaining(words) });
    expect([retryAfter, receiver.received.length]).toEqual(['3', 1]);
  });
});

it('any server receives JSON Lines, with an id of the batch', async () => {
  receiver.reply = answerWith(204);
  const { result, received } = await send(stream('https', { header: 'x-token' }), [EVENT, EVENT]);
  expect(result).toMatchObject({ kind: 'taken' });
  expect(received.headers).toMatchObject({
    ...{ 'content-type': 'application/x-ndjson', 'x-token': SECRET },
    'tollkeeper-batch-id': 'lst_1-7-8',
  });
  expect(readLines(received.bytes)).toEqual([EVENT, EVENT]);
});

it.each([
  ['native', (event: unknown) => (event as AuditEvent).target.name],
  ['ocsf', (event: unknown) => (event as OcsfEvent).resources[0].name],
] as const)(
  'a hostile name is the same text to every destination, and begins nothing: %s',
  async (format, nameOf) => {
    const names = [...HOSTILE_NAMES, ...HOSTILE_TEXTS].filter(({ text }) => text.isWellFormed());
    const events = names.map(({ text: name }, n) => ({
      ...EVENT,
      ...{ sequence: 7 + n, target: { ...EVENT.target, name } },
      ...{ after: { [name]: name }, userAgent: name },
    }));
    const expected = names.map(({ text }) => text);
    const sent = async (destination: LogStreamDestination) =>
      (await send(stream(destination, { format }), events)).received;
    const splunk = readSplunk(await sent('splunk'), SECRET);
    expect(splunk.map(({ event }) => nameOf(event))).toEqual(expected);
    const datadog = readDatadog(await sent('datadog'), SECRET, NOW);
    expect(datadog.map(({ event }) => nameOf(event))).toEqual(expected);
    expect(datadog.map(({ message }) => message)).toEqual(
      expected.map((name) => `api_key.update: api_key "${name}"`),
    );
    expect(readLines((await sent('https')).bytes).map(nameOf)).toEqual(expected);
    expect(readLines(gunzipSync((await sent('s3')).bytes)).map(nameOf)).toEqual(expected);
    const otlp = JSON.parse(gunzipSync((await sent('otlp')).bytes).toString());
    const logs: { body: AnyValue }[] = otlp.resourceLogs[0].scopeLogs[0].logRecords;
    expect(logs.map(({ body }) => nameOf(plain(body)))).toEqual(expected);
  },
);

/** What a value of OTLP stands for; written from its specification alone. */
function plain(value: AnyValue): unknown {
  if ('kvlistValue' in value) {
    return Object.fromEntries(
      value.kvlistValue.values.map((each) => [each.key, plain(each.value)]),
    );
  }
  if ('arrayValue' in value) return value.arrayValue.values.map(plain);
  return Object.values(value)[0] ?? null;
}

it('what a destination says has no secret, however it writes it', () => {
  const secret = `${SECRET}/a&b"`;
  const header = `Bearer ${secret}`;
  const json = JSON.stringify({ header });
  const echoes = [
    ...[header, secret, json, JSON.stringify(json), encodeURIComponent(header)],
    // As servers in PHP, Go and HTML write it.
    ...[json.replaceAll('/', '\\/'), json.replaceAll('&', '\\u0026')],
    ...[header.replaceAll('&', '&amp;').replaceAll('"', '&#x22;'), header.toUpperCase()],
    Buffer.from(secret).toString('base64'),
  ];
  for (const echo of echoes) {
    expect(withoutSecret(echo, header), echo).not.toMatch(/secret-of|c2VjcmV0LW9m/i);
  }
  expect(withoutSecret('plain', null)).toBe('plain');
});

it('what a destination says is looked through in no time, whatever the secret is', () => {
  for (const part of ['\\"', '\\', '&amp;', '%25', '\\u0022', 'a/']) {
    const secret = part.repeat(500);
    const text = [part, `\\${part}`, part.replaceAll('\\', '\\\\\\')].map((each) =>
      each.repeat(400),
    );
    expect(withoutSecret(text.join(' '), secret).length).toBeGreaterThan(0);
  }
});
