import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openReader } from './reader.ts';
import { createRunLocks } from './run-lock.ts';

const RUN = 'a'.repeat(32);
const HOLDER = `
const [lock, writer, run] = process.argv.slice(1);
const { lockRun } = await import(lock);
const { openWriter } = await import(writer);
lockRun(run);
const spool = openWriter(run);
const subject = { keyId: 'key_00000000000000000001', ownerId: 'mem_00000000000000000001', workspaceId: null };
spool.count(subject, true, Date.now());
spool.flush();
process.stdout.write('counted');
setInterval(() => undefined, 1000);
`;

test('what a living process has open is no batch to another, until that process is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const here = (file: string) => new URL(file, import.meta.url).href;
  const files = [here('./run-lock.ts'), here('./writer.ts'), join(folder, RUN)];
  const args = ['--input-type=module', '--eval', HOLDER, ...files];
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const reader = openReader(folder, createRunLocks(folder).isHeld);
  expect([reader.next(), reader.waitingCalls()]).toEqual([undefined, 0]);

  holder.kill('SIGKILL');
  await once(holder, 'exit');

  expect(reader.waitingCalls()).toBe(1);
  expect(reader.next()).toMatchObject({ spoolId: RUN, sequence: 1, rows: [{ accepted: 1 }] });
});
