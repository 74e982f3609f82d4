import { randomBytes } from 'node:crypto';
import { createSecret } from '@tollkeeper/verify';
import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => void lines.push(line) }));
  return lines.join('');
}

it('tells what failed and where, without what people entered', () => {
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (email)=(ada@example.com) already exists.',
  });
  const error = new DrizzleQueryError(
    'select * from session where token = $1',
    ['a-session-token\n    at once'],
    cause,
  );

  const text = logged((log) => log.error({ err: error }, 'internal'));

  expect(text).not.toMatch(/a-session-token|ada@example|at once/);
  expect(JSON.parse(text).err).toMatchObject({
    type: 'DrizzleQueryError',
    message: 'Failed query: select * from session where token = $1',
    stack: expect.stringContaining('log.test.ts'),
    cause: { message: 'duplicate key', code: '23505' },
  });
});

it('cuts whatever looks like a key to its display prefix', () => {
  const secret = createSecret('tk_live_', randomBytes);

  const text = logged((log) => log.info({ path: `/v1/${secret}` }, `about ${secret}`));

  expect(text).not.toContain(secret);
  expect(JSON.parse(text)).toMatchObject({ msg: `about ${secret.slice(0, 12)}…` });
});
