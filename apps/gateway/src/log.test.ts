import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from './log.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function startLog() {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  return { log, said: () => lines.splice(0).map((line) => JSON.parse(line)) };
}

it('bounds the lines of each message by the second, and tells how many it left out', () => {
  const { log, said } = startLog();
  for (let time = 0; time < 100; time++) log.warn({ time }, 'An upstream failed');
  log.warn({}, 'Something else');
  const first = said();
  expect(first.map(({ msg }) => msg)).toEqual([
    ...Array.from({ length: 10 }, () => 'An upstream failed'),
    'Something else',
  ]);
  vi.advanceTimersByTime(1000);
  expect(said()).toMatchObject([{ level: 'warn', of: 'An upstream failed', omitted: 90 }]);
  log.warn({}, 'An upstream failed');
  expect(said()).toHaveLength(1);
  vi.advanceTimersByTime(60_000);
  expect(said()).toEqual([]);
});

it('leaves out levels below its own, and every key', () => {
  const { log, said } = startLog();
  log.debug({}, 'nothing');
  log.error({ err: new Error(`tk_live_${'a'.repeat(38)}`) }, 'failed');
  const [line] = said();
  expect(line).toMatchObject({ level: 'error', time: '1970-01-01T00:00:00.000Z', msg: 'failed' });
  expect(JSON.stringify(line)).not.toContain('a'.repeat(38));
});

it('cuts each long text, after the keys in it, and follows causes only so far', () => {
  const { log, said } = startLog();
  const secret = `tk_live_${'a'.repeat(38)}`;
  const endless = new Error(`${'x'.repeat(990)}${secret}${'y'.repeat(100_000)}`);
  endless.cause = endless;
  log.error({ err: endless, detail: endless.message }, endless.message);
  const [line] = said();
  expect(JSON.stringify(line).length).toBeLessThan(32_768);
  expect(line.detail).toMatch(/^x{990}tk_live_aa… \(\d+ characters\)$/);
  expect(JSON.stringify(line)).not.toContain('a'.repeat(5));
});
