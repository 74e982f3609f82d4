import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { readTables } from './tables.ts';
import { claimServer, startTestApp } from './test-app.ts';

it('tells whether a row was added, changed or deleted in any table, and not when one was only read', async () => {
  const app = await startTestApp();
  await claimServer(app);
  const { db } = app.services;
  const texts = [await readTables(app)];
  for (const change of [
    sql`insert into workspace select 'ws_2', organization_id, 'two', environment, created_at from workspace`,
    sql`update workspace set name = 'three' where id <> 'ws_2'`,
    sql`delete from workspace where id = 'ws_2'`,
    sql`update member set created_at = created_at + interval '1 s'`,
  ]) {
    expect(await readTables(app)).toEqual(texts.at(-1));
    await db.execute(sql`select * from workspace for update`);
    expect(await readTables(app)).toEqual(texts.at(-1));
    await db.execute(change);
    texts.push(await readTables(app));
  }
  expect(new Set(texts.map((each) => JSON.stringify(each))).size).toBe(texts.length);
});
