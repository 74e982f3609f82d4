import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeFolder } from './disk.fixture.ts';
import { openReader } from './index.ts';
import { createModel, type ModelControlPlane } from './model-control-plane.fixture.ts';
import { namesIn } from './segment-name.ts';
import { callsOf } from './sums.ts';

const KILLS = process.env.LONG ? 300 : 6;
const COUNTING = fileURLToPath(new URL('./counting.fixture.ts', import.meta.url));

it('loses no answered call and doubles none, whenever its process is killed', async () => {
  const folder = makeFolder();
  const model = createModel();
  let answered = 0;
  let came = 0;

  for (let kill = 1; kill <= KILLS; kill += 1) {
    const run = await countUntilKilled(folder, kill, model);
    answered += run.answered;
    came += run.came;
    // Every other time the next run finds what is left, else it is handed over now.
    if (kill % 2 === 0 || kill === KILLS) handOver(folder, model);
    else continue;
    expect(callsOf(model.sums)).toBeGreaterThanOrEqual(answered);
    expect(callsOf(model.sums)).toBeLessThanOrEqual(came);
  }
  expect(answered).toBeGreaterThan(KILLS * 20);
  expect(namesIn(folder)).toEqual([]);
}, 600_000);

async function countUntilKilled(folder: string, number: number, model: ModelControlPlane) {
  const runId = number.toString(16).padStart(32, '0');
  const child = spawn(process.execPath, [COUNTING, folder, runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const counts = { came: 0, answered: 0 };
  const closed = once(child, 'close');
  const lines = createInterface(child.stdout);
  let left = Math.random() * 400;
  lines.on('line', (line) => {
    left -= 1;
    if (left < 0) child.kill('SIGKILL');
    // What the kill cut short was not said.
    const [, what, value = ''] = /^(\w+) (.*) \.$/.exec(line) ?? [];
    if (what === 'sent') model.take(JSON.parse(value));
    if (what === 'came') counts.came += Number(value);
    if (what === 'answered') counts.answered += Number(value);
  });
  await closed;
  return counts;
}

function handOver(folder: string, model: ModelControlPlane): void {
  const reader = openReader(folder, () => false);
  for (let batch = reader.next(); batch; batch = reader.next()) {
    model.take(batch);
    reader.stored(batch.spoolId, batch.sequence);
  }
  expect(reader.fault()).toBeNull();
}
