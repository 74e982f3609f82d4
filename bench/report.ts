import { availableParallelism, loadavg } from 'node:os';
import type { DecisionFigures } from '../packages/verify/bench/decisions.ts';
import type { Comparison, Spread } from './compare.ts';
import type { RouteFigures } from './measure-routes.ts';
import type { StartFigures } from './measure-starts.ts';

export function printDecisions({ keys, perSecond, timesBaseline, bytesPerKey }: DecisionFigures) {
  title(`Decisions in process with ${whole(keys)} keys, beside a Map of objects`);
  line('decisions (valid keys)', `${whole(perSecond.hit)} /s`);
  line('  Map of objects', `${whole(perSecond.baselineHit)} /s`);
  line('  ratio', timesBaseline.decision.toFixed(2));
  line('look-ups alone, ratio', timesBaseline.lookUp.toFixed(2));
  line('unknown keys', `${whole(perSecond.miss)} /s`);
  line('malformed keys', `${whole(perSecond.malformed)} /s`);
  line('index, per key', `${bytesPerKey.index.toFixed(1)} bytes`);
  line('ids and names, per key', `${bytesPerKey.labels.toFixed(1)} bytes`);
  line('Map of objects, per key', `${bytesPerKey.baseline.toFixed(1)} bytes`);
}

/** Ratios want a quiet machine; this says whether it was one. */
export function printMachine(): void {
  title('The machine');
  line('cores', `${availableParallelism()}`);
  const [lastMinute = 0] = loadavg();
  line('processes that ran, last minute', lastMinute.toFixed(1));
}

export function printStarts(figures: StartFigures): void {
  const { firstMs, secondMs, bareMs, secondCpuMs = Number.NaN, bareCpuMs = Number.NaN } = figures;
  title('Start, from nothing to the first answer that says ready');
  line('bare node:http process', `${whole(bareMs)} ms`);
  line('first start (creates the database)', `${whole(firstMs)} ms`, times(firstMs / bareMs));
  line('second start', `${whole(secondMs)} ms`, times(secondMs / bareMs));
  line('bare, processor time', `${whole(bareCpuMs)} ms`);
  line('second start, processor time', `${whole(secondCpuMs)} ms`, times(secondCpuMs / bareCpuMs));
}

export function printRoutes(figures: RouteFigures): void {
  title(`Requests with ${whole(figures.keys)} keys, beside bare node:http with the same keys`);
  for (const route of figures.routes) printRoute(route.title, route.figures);
  line('resident memory', `${mebibytes(figures.residentBytes)}`);
  line('resident memory, bare', `${mebibytes(figures.bareResidentBytes)}`);
  line('start with these keys', `${whole(figures.startMs)} ms`);
}

function printRoute(name: string, figures: Comparison): void {
  line(name, `${whole(figures.perSecond)} /s`);
  line('  bare', `${whole(figures.barePerSecond)} /s`);
  line('  ratio', spreadText(figures.ratio));
  line('  ratio by processor time', figures.cpuRatio ? spreadText(figures.cpuRatio) : 'unknown');
}

const NAME_WIDTH = 38;

export function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

export function line(name: string, ...values: string[]): void {
  process.stdout.write(`  ${name.padEnd(NAME_WIDTH)}${values.join('  ')}\n`);
}

export function spreadText({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} × bare`;
}

export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : `${whole(bytes / 2 ** 20)} MiB`;
}
