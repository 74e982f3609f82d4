import { expect, it, vi } from 'vitest';
import { queryDatabase } from '../testing/query-database.ts';
import { startTestApp } from '../testing/test-app.ts';
import { createTestDatabase } from '../testing/test-database.ts';

it('gives jobs minutes for a statement, on connections of their own', async () => {
  const database = await createTestDatabase();
  const query = queryDatabase(database);
  await query('create table seen (statement text, lock text, idle text)');
  await query(`
    create function see() returns trigger language plpgsql as $$ begin
      insert into seen values (current_setting('statement_timeout'), current_setting('lock_timeout'),
        current_setting('idle_in_transaction_session_timeout'));
      return null;
    end $$`);
  await query(
    'create trigger see after delete on verification for each row execute function see()',
  );
  await query(`insert into verification (id, identifier, value, expires_at)
    values ('outdated', 'x', 'x', now() - interval '1 day')`);

  await query(`insert into pgboss.job (name) values ('purge-outdated')`);

  await startTestApp({ database, limits: {}, jobs: ['purge-outdated'] });

  const seen = await vi.waitFor(async () => {
    const rows = await query('select * from seen');
    expect(rows).toHaveLength(1);
    return rows;
  });
  expect(seen).toEqual([{ statement: '10min', lock: '15s', idle: '10s' }]);
});
