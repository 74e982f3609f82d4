import { line, title, whole } from '../report.ts';
import type { AuditFigures, PerEvent } from './measure-audit.ts';
import { EXPORT_BOUND } from './measure-export.ts';
import { BASELINE, FILTER_BOUND_MS, isFilterTooSlow, SAMPLES } from './measure-filters.ts';

export function printAudit({ postgres, events, ...figures }: AuditFigures): void {
  const { segments, integration, filters, exports } = figures;
  title(`The audit log with ${whole(events)} events, on PostgreSQL ${postgres}`);
  line('to integrate an event into the tree', perEventText(integration), 'asked: 50 µs');
  line('to index an event for the filters', perEventText(segments));
  title(`A page by one filter or two, ${SAMPLES} times each in turns with ${BASELINE}`);
  for (const { query, medianMs, p99Ms, baselineMs } of filters) {
    const [median, p99, baseline] = [medianMs, p99Ms, baselineMs].map((ms) => ms.toFixed(1));
    line(query, `median ${median} ms, p99 ${p99} ms`, `${BASELINE} ${baseline} ms`);
  }
  const slow = filters.filter(isFilterTooSlow).length;
  line(`filters of ${FILTER_BOUND_MS} ms or more at p99`, `${slow} of ${filters.length}`);
  title(`An export of ${whole(exports.events)} events, beside COPY of the same rows`);
  line('COPY to a client', `${whole(exports.copyPerSecond.median)} events/s`);
  for (const { format, perSecond } of exports.formats) {
    const ratio = `ratio ${(perSecond.median / exports.copyPerSecond.median).toFixed(2)}`;
    line(format, `${whole(perSecond.median)} events/s`, ratio, `asked: ${whole(EXPORT_BOUND)}`);
  }
}

function perEventText({ elapsedUs, cpuUs }: PerEvent): string {
  const cpu = cpuUs === undefined ? '' : `, ${cpuUs.toFixed(1)} µs of the processors`;
  return `${elapsedUs.toFixed(1)} µs by the clock${cpu}`;
}
