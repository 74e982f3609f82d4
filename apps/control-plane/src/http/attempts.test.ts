import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { connect } from '../db/connect.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { whileHeld } from '../testing/while-held.ts';
import { type Attempts, createAttempts } from './attempts.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let attempts: Attempts;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  attempts = createAttempts(app.services.db, 'a secret');
});

const limit = (scope: string, max: number, subject = 'a') => ({
  ...{ scope, subject, max },
  windowMs: 60_000,
});

it('takes from all limits or from none, exactly as many as there are, however many at once', async () => {
  const limits = [limit('exact/narrow', 5), limit('exact/wide', 50)];
  const taken = await Promise.all(Array.from({ length: 20 }, () => attempts.take(limits)));
  expect(taken.filter(({ outcome }) => outcome === 'taken').length).toBeLessThanOrEqual(5);
  const wide = await query<{ count: number }>(
    `select count from attempt where key like 'exact/wide:%'`,
  );
  expect(wide[0]?.count).toBeLessThanOrEqual(5);
});

it('says how long to wait, and begins anew after the window', async () => {
  const limits = [limit('window', 1)];
  expect(await attempts.take(limits)).toMatchObject({ outcome: 'taken' });
  const refused = await attempts.take(limits);
  expect(refused).toMatchObject({ outcome: 'refused', waitS: expect.toSatisfy((s) => s <= 60) });
  await query(`update attempt set ends_at = now() where key like 'window:%'`);
  expect(await attempts.take(limits)).toMatchObject({ outcome: 'taken' });
});

it('gives back one attempt of the limits that it was taken from, and none that is forgotten', async () => {
  const other = await attempts.take([limit('other', 5)]);
  const taken = await attempts.take([limit('back', 5)]);
  if (taken.outcome !== 'taken' || other.outcome !== 'taken') throw new Error('None was taken');
  await taken.giveBack();
  await taken.giveBack();
  const counts = await query<{ scope: string; count: number }>(
    `select split_part(key, ':', 1) as scope, count from attempt
     where key like 'back:%' or key like 'other:%' order by 1`,
  );
  expect(counts).toEqual([
    { scope: 'back', count: 0 },
    { scope: 'other', count: 1 },
  ]);
});

it('gives back in the order of the keys, so that no circle of waiting can close', async () => {
  // A plan that comes to the rows as they are stored.
  const config = { ...app.database, options: '-c enable_nestloop=off -c enable_mergejoin=off' };
  const { db, end } = connect(config, 1, () => undefined);
  onTestFinished(end);
  const taken = await createAttempts(db, 'a secret').take([
    limit('order/a', 5),
    limit('order/b', 5),
  ]);
  if (taken.outcome !== 'taken') throw new Error('None was taken');
  // The last key first.
  await query(`with gone as (delete from attempt where key like 'order/%' returning *)
    insert into attempt select * from gone order by key desc`);
  const first = `select 1 from attempt where key like 'order/a:%' for update`;
  const last = `select 1 from attempt where key like 'order/b:%' for update nowait`;
  await whileHeld(
    app.database,
    (holder) => holder.query(first),
    () => taken.giveBack(),
    (holder) => expect(holder.query(last)).resolves.toMatchObject({ rowCount: 1 }),
  );
});

it('keeps a bounded number of rows, whatever subjects are invented', async () => {
  await query(
    `insert into attempt select 'flood:' || n, 1, now() + interval '1 minute' from generate_series(0, 16383) n`,
  );
  for (let count = 0; count < 50; count += 1) {
    await attempts.take([limit('flood', 1000, `${count}-${'x'.repeat(1000)}`)]);
  }
  const [row] = await query<{ count: number }>(
    `select count(*)::int as count from attempt where key like 'flood:%'`,
  );
  expect(row?.count).toBe(16_384);
});
