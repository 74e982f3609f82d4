import { expect, it } from 'vitest';
import { createSingleFlight } from './single-flight.ts';

/** Work whose runs end when a test says so. */
function startWork() {
  const runs: PromiseWithResolvers<void>[] = [];
  const flight = createSingleFlight(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  return { flight, runs };
}

it('gives all that call during a run one further run, which begins after it', async () => {
  const { flight, runs } = startWork();
  const first = flight.run();
  const [second, third] = [flight.run(), flight.run()];
  expect(runs).toHaveLength(1);

  runs[0]?.resolve();
  await first;
  await Promise.resolve();
  expect(runs).toHaveLength(2);

  runs[1]?.resolve();
  await Promise.all([second, third]);
  expect(runs).toHaveLength(2);
});

it('runs again after a run that failed, whose error only its own callers get', async () => {
  const { flight, runs } = startWork();
  const first = flight.run();
  const second = flight.run();
  runs[0]?.reject(new Error('no database'));
  await expect(first).rejects.toThrow('no database');
  await Promise.resolve();
  runs[1]?.resolve();
  await second;
});

it('is idle only once the run after the one under way has ended', async () => {
  const { flight, runs } = startWork();
  const first = flight.run();
  void flight.run();
  let isIdle = false;
  const idle = flight.idle().then(() => {
    isIdle = true;
  });
  runs[0]?.resolve();
  await first;
  await Promise.resolve();
  expect(isIdle).toBe(false);
  runs[1]?.resolve();
  await idle;
});
