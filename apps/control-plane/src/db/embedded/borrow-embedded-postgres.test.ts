import { expect, test } from 'vitest';
import {
  borrow,
  hold,
  makeDataDir,
  makeUsedDataDir,
  postmasterOf,
  query,
  start,
} from './data-folder.fixture.ts';

test("borrows the holder's server, and leaves it running", async () => {
  const dataDir = await makeUsedDataDir();
  const holder = await start(dataDir);
  await query(holder, 'create table notes as select 42 as note');

  const borrowed = await borrow(dataDir);
  expect(await query(borrowed, 'select note from notes')).toEqual([42]);
  await borrowed.stop();

  expect(await query(holder, 'select note from notes')).toEqual([42]);
});

test("borrows another process's server, also while that one is still starting", async () => {
  const dataDir = await makeDataDir();
  const holder = hold(dataDir, 'another');

  const borrowed = await borrow(dataDir);

  expect(await query(borrowed, 'select current_database()')).toEqual(['tollkeeper']);
  await borrowed.stop();
  expect(await holder.says).toMatch(/^(ready|held)/);
});

test('starts a server for the time of the command when none runs', async () => {
  const dataDir = await makeUsedDataDir();
  const borrowed = await borrow(dataDir);
  expect(await query(borrowed, 'select 1')).toEqual([1]);
  await borrowed.stop();

  expect(await postmasterOf(hold(dataDir, 'the next'))).toBeGreaterThan(0);
});
