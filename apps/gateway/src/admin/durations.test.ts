import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { addDurations } from './durations.ts';

const OPTIONS = { name: 'answer_seconds', help: 'From a "request" to its answer' };
const BUCKETS = [0.0005, 0.01, 1];
/** On each bound, between all, and above the last. */
const SECONDS = [0, 0.0005, 0.0006, 0.01, 0.5, 1, 1.5, 90];

it('is what the histogram of the library is, alone and summed over processes', async () => {
  const own = new Registry();
  const observe = addDurations(own, { ...OPTIONS, buckets: BUCKETS });
  const theirs = new Registry();
  const histogram = new Histogram({ ...OPTIONS, buckets: BUCKETS, registers: [theirs] });
  expect(await own.metrics()).toBe(await theirs.metrics());

  for (const each of SECONDS) {
    observe(each);
    histogram.observe(each);
  }
  expect(await own.metrics()).toBe(await theirs.metrics());
  expect(await own.metrics()).toContain('answer_seconds_bucket{le="0.01"} 4\n');

  const summed = async (registry: Registry) => {
    const report = JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()));
    return AggregatorRegistry.aggregate([report, report]).metrics();
  };
  expect(await summed(own)).toBe(await summed(theirs));
  expect(await summed(own)).toContain('answer_seconds_count 16\n');
});
