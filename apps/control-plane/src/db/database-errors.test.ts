import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { isRetryable, isRolledBack, isUnavailable } from './database-errors.ts';

it('takes the end of a transaction whose process stood still for the database being away', async () => {
  const limits = { idle_in_transaction_session_timeout: 50 };
  const client = new pg.Client({ ...(await createTestDatabase()), ...limits });
  await client.connect();
  onTestFinished(() => client.end());
  const lost = new Promise<Error>((resolve) => {
    client.once('error', (error) => {
      client.on('error', () => undefined);
      resolve(error);
    });
  });
  await client.query('begin');

  const error = await lost;

  expect(error).toMatchObject({ code: '25P03' });
  expect(isUnavailable(error)).toBe(true);
  expect(isRolledBack(error)).toBe(true);
  expect(isRetryable(error)).toBe(false);
});
