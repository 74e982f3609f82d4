import { expect, it } from 'vitest';
import { createLog } from './log.ts';
import { runForEach } from './run-for-each.ts';

it('gives each one its turn, logs what failed, and then fails', async () => {
  const logged: string[] = [];
  const log = createLog('info', { write: (line) => void logged.push(line) });
  const done: string[] = [];
  const work = async (id: string) => {
    if (id !== 'org_3') throw new Error(`${id} is broken`);
    done.push(id);
  };
  const run = runForEach(
    log,
    ['org_1', 'org_2', 'org_3'],
    (organizationId) => ({ organizationId }),
    work,
  );
  await expect(run).rejects.toThrow('2 of 3 steps failed');
  expect(done).toEqual(['org_3']);
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { organizationId: 'org_1', err: { message: 'org_1 is broken' } },
    { organizationId: 'org_2', err: { message: 'org_2 is broken' } },
  ]);
});

it('succeeds where all did', async () => {
  const done: string[] = [];
  const work = async (id: string) => void done.push(id);
  await runForEach(createLog('silent'), ['org_1', 'org_2'], (id) => ({ id }), work);
  expect(done).toEqual(['org_1', 'org_2']);
});
