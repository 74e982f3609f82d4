/**
 * A process that counts without a pause, for tests to kill: `counting.fixture.ts FOLDER RUN`. It
 * tells on its output how many calls come in, how many were answered, and each batch that it sends.
 */
import { writeSync } from 'node:fs';
import { openSpool } from './index.ts';

const [folder = '', runId = ''] = process.argv.slice(2);
const spool = openSpool(folder, runId, { linesMax: 40 });
const subjects = Array.from({ length: 10 }, (_, index) => ({
  keyId: `key_${'k'.repeat(19)}${index}`,
  ownerId: `mem_${'m'.repeat(20)}`,
  workspaceId: null,
}));

function say(what: 'came' | 'answered' | 'sent', value: unknown): void {
  writeSync(1, `${what} ${JSON.stringify(value)} .\n`);
}

for (let turn = 0; ; turn += 1) {
  const calls = 1 + (turn % 7);
  say('came', calls);
  for (const subject of subjects.slice(0, calls)) spool.count(subject, true, Date.now());
  spool.flush();
  say('answered', calls);
  if (turn % 5 === 0) spool.roll();
  if (turn % 3 === 0) send(turn % 2 === 0);
  await new Promise((resolve) => setImmediate(resolve));
}

function send(isAcknowledged: boolean): void {
  const batch = spool.next();
  if (!batch) return;
  say('sent', batch);
  if (isAcknowledged) spool.stored(batch.spoolId, batch.sequence);
}
