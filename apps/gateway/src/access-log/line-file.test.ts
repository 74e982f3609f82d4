import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closeLater } from '../testing/close-later.ts';
import { until } from '../testing/until.ts';
import { openLineFile } from './line-file.ts';

function openFile(path: string) {
  const seen = { dropped: 0, failures: [] as string[], recoveries: 0 };
  const file = openLineFile(path, {
    dropped: () => seen.dropped++,
    failed: ({ message }) => seen.failures.push(message),
    recovered: () => seen.recoveries++,
  });
  return { ...file, seen };
}

async function makePipe(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-pipe-'));
  closeLater(() => rm(folder, { recursive: true }));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

const READ = constants.O_RDONLY | constants.O_NONBLOCK;
/** Of 1,000 bytes. */
const lineOf = (number: number) => `${String(number).padStart(999, ' ')}\n`;

it('keeps what a full disk does not take, up to 4 MiB, and counts the rest', async () => {
  const { write, seen } = openFile('/dev/full');
  for (let i = 0; i < 5000; i++) write(lineOf(i));
  await until('failed', () => seen.failures.length > 0);
  expect(seen.dropped).toBe(5000 - Math.floor((4 * 1024 * 1024) / 1000));
  for (let i = 0; i < 1000; i++) write(lineOf(i));
  expect(seen.failures).toEqual([expect.stringContaining('ENOSPC')]);
  expect(seen.recoveries).toBe(0);
});

it('goes on, whole lines only, once its reader is there again', async () => {
  const path = await makePipe();
  const first = openSync(path, READ);
  const { write, close, seen } = openFile(path);
  closeSync(first);
  for (let i = 0; i < 10; i++) write(lineOf(i));
  await until('failed', () => seen.failures.length === 1);
  let text = '';
  const reader = new Socket({ fd: openSync(path, READ) });
  reader.on('data', (part) => {
    text += part;
  });
  await until('recovered', () => seen.recoveries === 1);
  await close();
  await until('all lines', () => text.length === 10_000);
  expect(text.split('\n').map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
  expect(seen.dropped).toBe(0);
});

it('never waits for a reader that is not there', async () => {
  const path = await makePipe();
  expect(() => openFile(path)).toThrow('ENXIO');
});
