import { randomBytes } from 'node:crypto';
import { createSecret } from '@tollkeeper/verify';
import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it, onTestFinished, vi } from 'vitest';
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

it('bounds each text, each line, and the causes of an error', () => {
  const secret = createSecret('tk_live_', randomBytes);
  const long = `${'x'.repeat(990)}${secret}${'y'.repeat(100_000)}\n`;
  const endless = new Error(long);
  endless.cause = endless;

  const text = logged((log) => {
    log.info({ detail: long, err: endless }, long);
    log.info({ facts: [long] }, 'deep');
  });

  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.length).toBeLessThan(16_384 + 1);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 30, msg: 'deep' });
  // Cut before it is redacted, half a key would stay.
  expect(text).not.toContain(secret.slice(0, 20));
});

it('bounds the warnings of one message in a second, and says how many it left out', () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  for (let count = 0; count < 200; count += 1) log.error({ count }, 'unavailable');
  log.error('another');
  for (let count = 0; count < 100; count += 1) log.info('gateway connected');
  expect(lines).toHaveLength(50 + 1 + 100);
  vi.advanceTimersByTime(1000);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ of: 'unavailable', omitted: 150 });
  log.error('unavailable');
  expect(lines).toHaveLength(50 + 1 + 100 + 2);
});
