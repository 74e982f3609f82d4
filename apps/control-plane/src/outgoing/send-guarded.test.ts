import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  answerWith,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../testing/webhook-receiver.ts';
import { parseAllowance } from './allowance.ts';
import { sendGuarded } from './send-guarded.ts';

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});

const post = (url = receiver.url, timeoutMs = 60_000, resolve = async () => ['127.0.0.1']) =>
  sendGuarded(
    { allowance: parseAllowance('127.0.0.1,hooks.example'), resolve, refusalMs: 0 },
    { method: 'POST', url, headers: { 'x-a': 'b' }, body: 'ö', timeoutMs, keptBytesMax: 65_536 },
  );

describe('a request', () => {
  it('can be another method, with a body of bytes', async () => {
    const guard = {
      ...{ allowance: parseAllowance('127.0.0.1'), resolve: async () => [], refusalMs: 0 },
    };
    const body = gzipSync('compressed');
    const headers = { 'content-encoding': 'gzip' };
    const rest = { url: receiver.url, timeoutMs: 60_000, keptBytesMax: 4 };
    receiver.reply = answerWith(200, { etag: '"1"' }, '123456');
    const answer = await sendGuarded(guard, { method: 'PUT', headers, body, ...rest });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: '1234' });
    const { method, bytes } = receiver.received.at(-1) ?? {};
    expect([method, gunzipSync(bytes ?? '').toString()]).toEqual(['PUT', 'compressed']);
    receiver.reply = acknowledge;
  });

  it('goes to the address that was checked, with the name of the URL', async () => {
    await post(`http://hooks.example:${receiver.port}/a?b=c`);
    expect(receiver.received.at(-1)).toMatchObject({
      ...{ path: '/a?b=c', body: 'ö' },
      headers: {
        ...{ host: `hooks.example:${receiver.port}`, 'x-a': 'b' },
        ...{ 'content-length': '2', connection: 'close' },
      },
    });
  });

  it('does not follow a redirect', async () => {
    const before = receiver.received.length;
    receiver.reply = answerWith(302, { location: receiver.url });
    expect(await post()).toMatchObject({ status: 302 });
    expect(receiver.received).toHaveLength(before + 1);
  });

  it('keeps 64 KiB of an answer, and no NUL', async () => {
    receiver.reply = answerWith(500, { 'retry-after': '7' }, `\0${'x'.repeat(100_000)}`);
    const { status, retryAfter, body } = await post();
    expect([status, retryAfter, body.length, body.slice(0, 2)]).toEqual([
      500,
      '7',
      65_536,
      '\uFFFDx',
    ]);
  });

  it.each([
    ['without an answer', () => undefined],
    [
      'whose answer does not end',
      (_: unknown, response: { write: (text: string) => unknown }) => void response.write('x'),
    ],
  ])('ends in time %s', async (_what, reply) => {
    receiver.reply = reply as WebhookReceiver['reply'];
    await expect(post(receiver.url, 50)).rejects.toThrow(
      'No complete answer came within 0 seconds.',
    );
  });

  it('ends in time where a name is not resolved', async () => {
    const never = () => new Promise<string[]>(() => undefined);
    await expect(post('http://hooks.example/', 50, never)).rejects.toThrow(/No complete answer/);
  });

  it('says why there was no answer', async () => {
    receiver.reply = (_, response) => void response.destroy();
    await expect(post()).rejects.toThrow('The connection failed (ECONNRESET).');
  });
});
