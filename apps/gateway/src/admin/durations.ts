import type { Histogram, Registry } from 'prom-client';

export interface DurationsOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
}

/**
 * Registers a histogram without labels. The library's own takes a hundredth of a whole request for
 * each value, since it looks up its labels; this one adds to an array.
 * @returns what adds a duration in seconds
 */
export function addDurations(
  registry: Registry,
  { name, help, buckets }: DurationsOptions,
): (seconds: number) => void {
  /** By bucket; the last is for what is above all bounds. */
  const counts = new Array<number>(buckets.length + 1).fill(0);
  let sum = 0;
  const values = () => {
    let count = 0;
    const rows = counts.map((each, at) => {
      count += each;
      return { metricName: `${name}_bucket`, labels: { le: buckets[at] ?? '+Inf' }, value: count };
    });
    return [
      ...rows,
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
  };
  const get = async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() });
  // All that a registry asks of a metric; the type names the classes of the library only.
  registry.registerMetric({ name, get } as unknown as Histogram);
  return (seconds) => {
    let at = 0;
    while (at < buckets.length && seconds > (buckets[at] ?? 0)) at++;
    counts[at] = (counts[at] ?? 0) + 1;
    sum += seconds;
  };
}
