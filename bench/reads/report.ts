import { line, title, whole } from '../report.ts';
import {
  BASELINE,
  BOUND_MS,
  isTooSlow,
  type ReadFigures,
  type ReadsFigures,
  SCALE,
} from './measure-reads.ts';

/** A line for each route and caller with its slowest request, and one for each above the bound. */
export function printReads({ postgres, reads }: ReadsFigures): void {
  const size = `${whole(SCALE.keys)} keys and ${whole(SCALE.auditEvents)} audit events`;
  title(`First pages of every GET on PostgreSQL ${postgres} with ${size}, beside ${BASELINE}`);
  for (const [name, all] of Map.groupBy(reads, ({ pattern, caller }) => `${pattern} ${caller}`)) {
    const [bare] = all;
    const slowest = all.toSorted((a, b) => b.ms.median - a.ms.median)[0];
    if (!bare || !slowest) continue;
    const query = slowest.path.split('?')[1];
    const worst = query === undefined ? [] : [`slowest ${figures(slowest)} ?${query}`];
    line(name, figures(bare), ...worst);
  }
  const slow = reads.filter(isTooSlow);
  line(`requests of ${BOUND_MS} ms or more`, `${slow.length} of ${reads.length}`);
  for (const each of slow) line(`  TOO SLOW by ${each.caller}`, figures(each), each.path);
}

function figures({ ms, ratio }: ReadFigures): string {
  return `${ms.median.toFixed(1)} ms (${ms.min.toFixed(1)} to ${ms.max.toFixed(1)}), ${ratio.median.toFixed(1)} ×`;
}
