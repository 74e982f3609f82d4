import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { startGatewayProcess } from '../testing/start-gateway-process.ts';
import { startUpstream } from '../testing/test-gateway.ts';

const MIB = 1024 ** 2;
const BYTES = process.env.LONG ? 1024 * MIB : 64 * MIB;
/** Of the whole process, 132 MiB of which are there before the upload; a busy machine adds to both. */
const MEMORY_MAX = 150 * MIB;
/** What the upload may add to it. */
const ADDED_MAX = process.env.LONG ? 64 * MIB : 32 * MIB;

it('passes an upload on in little memory, though the upstream is slower than the client', async () => {
  const received = createHash('sha256');
  let waits = 0;
  const { url } = await startUpstream((req, res) => {
    let bytes = 0;
    req.on('data', (part: Buffer) => {
      received.update(part);
      bytes += part.length;
      if (bytes < waits * 8 * MIB) return;
      waits++;
      req.pause();
      setTimeout(() => req.resume(), 20);
    });
    req.once('end', () => res.end(String(bytes)));
  });
  const before = await startGatewayProcess(url);

  const sent = createHash('sha256');
  const upload = request({
    ...before.address,
    method: 'POST',
    headers: { 'x-api-key': before.secret, 'content-length': BYTES },
  });
  const answered = once(upload, 'response');
  const part = Buffer.alloc(MIB);
  for (let i = 0; i < BYTES; i += part.length) {
    part.writeDoubleLE(Math.random(), 0);
    const copy = Buffer.from(part);
    sent.update(copy);
    if (!upload.write(copy)) await once(upload, 'drain');
  }
  upload.end();
  const [answer] = await answered;
  expect(await text(answer)).toBe(String(BYTES));
  expect(received.digest('hex')).toBe(sent.digest('hex'));

  const after = await before.ask();
  if (process.env.LONG) expect(after.maxRssKiB * 1024).toBeLessThan(MEMORY_MAX);
  expect((after.maxRssKiB - before.maxRssKiB) * 1024).toBeLessThan(ADDED_MAX);
  expect(waits).toBeGreaterThanOrEqual(BYTES / (8 * MIB));
});

async function text(answer: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return Buffer.concat(parts).toString();
}
