import type { SnapshotFigures } from '../../packages/gateway-core/bench/snapshot.ts';
import { line, mebibytes, spreadText, title, whole } from '../report.ts';
import type { GatewayFigures, Latency } from './measure-gateways.ts';
import type { PropagationFigures } from './measure-propagation.ts';

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
