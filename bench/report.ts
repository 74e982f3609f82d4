import { availableParallelism, loadavg } from 'node:os';
import type { CallFigures } from '../packages/gateway-core/bench/calls.ts';
import type { LimitFigures } from '../packages/gateway-core/bench/limits.ts';
import type { RecordingFigures } from '../packages/gateway-core/bench/recording.ts';
import type { SnapshotFigures } from '../packages/gateway-core/bench/snapshot.ts';
import type { VerificationFigures } from '../packages/transparency-log/bench/verify-export.ts';
import type { DecisionFigures } from '../packages/verify/bench/decisions.ts';
import type { PolicyFigures } from '../packages/verify/bench/policies.ts';
import type { ReconciliationFigures } from './billing/measure-reconciliation.ts';
import type { Comparison, Spread } from './compare.ts';
import type { GatewayFigures, Latency } from './fleet/measure-gateways.ts';
import type { PropagationFigures } from './fleet/measure-propagation.ts';
import type { RouteFigures } from './measure-routes.ts';
import type { StartFigures } from './measure-starts.ts';
import type { WebhookFigures } from './webhooks/measure-webhooks.ts';

export function printDecisions(figures: DecisionFigures) {
  const { keys, perSecond, timesBaseline, bytesPerKey, apiScopes } = figures;
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
  for (const [kind, bytes] of apiScopes.bytesMore) {
    line(`API scopes: ${kind}`, `${bytes.toFixed(1)} bytes more per key`);
  }
}

export function printPolicies(figures: readonly PolicyFigures[]): void {
  title("Policies of one request, p50, beside Cedar's stateful call");
  for (const { count, scoped, oursUs, cedarUs, forKeyUs } of figures) {
    const policies = count === 1 ? '1 policy' : `${whole(count)} policies`;
    const name = `${policies}, ${scoped ? 'each for one key' : 'all for every key'}`;
    const once = `once per key ${forKeyUs.toFixed(1)} µs`;
    line(name, `${oursUs.toFixed(2)} µs`, `Cedar ${whole(cedarUs)} µs`, once);
  }
}

export function printCalls({ withoutUs, ...figures }: CallFigures): void {
  title('The whole decision about a call, p50');
  line('without policies', `${withoutUs.toFixed(2)} µs`);
  for (const { scoped, plainUs, mixedUs } of figures.with) {
    const name = `100 policies, ${scoped ? 'each for one key' : 'all for every key'}`;
    line(name, `${plainUs.toFixed(2)} µs`, times(plainUs / withoutUs));
    line(
      'the same, upper case in the path',
      `${mixedUs.toFixed(2)} µs`,
      times(mixedUs / withoutUs),
    );
  }
}

export function printRecording({ withoutUs, withUs }: RecordingFigures): void {
  title('Decision about a call with its count, p50, while scopes are recorded, beside one without');
  line('without', `${withoutUs.toFixed(3)} µs`);
  const ratio = `ratio ${(withUs / withoutUs).toFixed(3)}`;
  line('recorded', `${withUs.toFixed(3)} µs`, ratio, 'asked: under 1.05');
}

export function printLimits({ withoutUs, withUs }: LimitFigures): void {
  title('Decision about a call with two rate limits, p50, beside one without');
  line('without', `${withoutUs.toFixed(2)} µs`);
  line('with two limits', `${withUs.toFixed(2)} µs`, times(withUs / withoutUs));
}

export function printWebhooks({ postgres, ...figures }: WebhookFigures): void {
  const { endpoints, hanging, deliveries, allAnswerS, someHangS } = figures;
  title(`${whole(deliveries)} webhooks to ${endpoints} endpoints, on PostgreSQL ${postgres}`);
  line('until each endpoint had all', `${allAnswerS.toFixed(1)} s`);
  line(
    `the other ${endpoints - hanging}, while ${hanging} hang`,
    `${someHangS.toFixed(1)} s`,
    `ratio ${(someHangS / allAnswerS).toFixed(2)}`,
    'asked: 2 at most',
  );
}

export function printReconciliation({
  postgres,
  customers,
  ...nights
}: ReconciliationFigures): void {
  title(`${whole(customers)} customers of Stripe reconciled, on PostgreSQL ${postgres}`);
  for (const [name, night] of [
    ['where each gets another plan', nights.allChange],
    ['where nothing has changed', nights.noneChanges],
  ] as const) {
    const { seconds, steps, startBytes, mostBytes } = night;
    const grown = `memory at most ${mebibytes(mostBytes)}, after a tenth ${mebibytes(startBytes)}`;
    line(name, `${whole(seconds)} s`, `${whole(customers / seconds)} /s in ${steps} steps`, grown);
  }
}

export function printVerification(figures: VerificationFigures): void {
  const { events, bytes, verifyMs, hashMs } = figures;
  title(`An export of ${whole(events)} audit events with proofs, ${mebibytes(bytes)}`);
  line('verified', `${whole(verifyMs)} ms`, times(verifyMs / hashMs));
  line('  SHA-256 of the same bytes', `${whole(hashMs)} ms`);
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

function spreadText({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} × bare`;
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : `${whole(bytes / 2 ** 20)} MiB`;
}

export function printPropagation(figures: PropagationFigures): void {
  const { gateways, revocations, medianMs, p99Ms, maxMs, fromRequestMs, roundTripMs } = figures;
  title(`Revocation, from its answer until each of ${gateways} gateways refuses the key`);
  line('revocations', whole(revocations));
  line('p50, p99, last', [medianMs, p99Ms, maxMs].map(milliseconds).join('  '));
  line('p50, from the request', milliseconds(fromRequestMs));
  line('  a bare request there and back', milliseconds(roundTripMs));
  line('  p99, ratio', `${(p99Ms / roundTripMs).toFixed(1)} x`);
}

export function printSnapshot({ keys, bytes, loaded }: SnapshotFigures): void {
  title(`A snapshot of ${whole(keys)} keys`);
  line('size, per key', `${(bytes / keys).toFixed(1)} bytes`);
  line('verified and loaded', `${loaded.seconds.toFixed(2)} s`);
  line('resident memory of the whole process', `${whole(loaded.residentMib)} MiB`);
  line('  the most it ever had', `${whole(loaded.residentMaxMib)} MiB`);
}

export function printGateway(figures: GatewayFigures): void {
  const { keys, throughput, latency, startMs, residentBytes } = figures;
  title(`Gateway with ${whole(keys)} keys, beside nginx before the same upstream`);
  line('requests', `${whole(throughput.perSecond)} /s`);
  line('  nginx', `${whole(throughput.barePerSecond)} /s`);
  line('  ratio', spreadText(throughput.ratio));
  const { cpuRatio } = throughput;
  line('  ratio by processor time', cpuRatio ? spreadText(cpuRatio) : 'unknown');
  line('added latency, p50 and p99', added(latency.gateway, latency.upstream));
  line('  nginx', added(latency.nginx, latency.upstream));
  line('start with these keys', `${whole(startMs)} ms`);
  line('resident memory when ready', mebibytes(residentBytes.ready));
  line('  after the load', mebibytes(residentBytes.afterLoad));
}

function added(through: Latency, direct: Latency): string {
  const p50 = milliseconds(through.p50Ms - direct.p50Ms);
  return `${p50}  ${milliseconds(through.p99Ms - direct.p99Ms)}`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}
