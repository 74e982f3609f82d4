import { readdirSync, readlinkSync } from 'node:fs';
import { it } from 'vitest';
import { createLog } from '../log.ts';
import { until } from '../testing/until.ts';
import { createAccessLog } from './access-log.ts';

const FILE = '/dev/full';
const REFUSAL = { status: 400, body: '', requestId: 'req_1' };

/** How often this process has it open. */
function openCount(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // That of the folder itself.
      return '';
    }
  });
  return links.filter((link) => link === FILE).length;
}

it('has one file open beside the current one, however often it is reopened on a full disk', async () => {
  const before = openCount();
  const lines: string[] = [];
  const accessLog = createAccessLog({
    config: { file: FILE, sample: 1 },
    log: createLog('error', { write: (line) => void lines.push(line) }),
    ...{ dropped: () => undefined, nowMs: Date.now },
  });
  for (let round = 1; round <= 5; round++) {
    accessLog.refusedUnread('malformed_request', REFUSAL);
    await until('it cannot be written', () => lines.length === round);
    accessLog.reopen();
  }
  await until('the others are closed', () => openCount() - before <= 2);
  // What was given up is not written to any more: each of these comes later than its next attempt.
  for (let round = 6; round <= 17; round++) {
    accessLog.refusedUnread('malformed_request', REFUSAL);
    await until('it cannot be written', () => lines.length === round);
    accessLog.reopen();
  }
  accessLog.reload(null);
});
