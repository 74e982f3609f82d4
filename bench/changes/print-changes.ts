import { spread } from '../compare.ts';
import { line, title, whole } from '../report.ts';
import type { ChangesFigures, Ratios } from './measure-changes.ts';
import type { ChangeFigures, Ratio } from './measure-rounds.ts';

export function printChanges({ postgres, creations, further }: ChangesFigures): void {
  title(`Changes on PostgreSQL ${postgres}: each with its audit event, version and limits`);
  for (const { clients, byKey, bySession, betterAuth, ...ratios } of creations) {
    const by = clients === 1 ? 'by one client' : `by ${clients} clients`;
    printChange(`a key, ${by}, by key`, byKey);
    printChange('  by session', bySession);
    printChange('  Better Auth, by session', betterAuth);
    printRatios('  ratio by key', ratios.byKeyRatios);
    printRatios('  ratio by session', ratios.bySessionRatios);
  }
  for (const each of further) printChange(each.title, [each.figures]);
}

function printRatios(name: string, { rate, cpu, serverCpu }: Ratios): void {
  line(
    name,
    ratioText(rate),
    `by processor time ${ratioText(cpu)}`,
    `without PostgreSQL's ${ratioText(serverCpu)}`,
  );
}

function ratioText({ ofMedians, median, from, to }: Ratio): string {
  const [middle, low, high, ofAll] = [median, from, to, ofMedians].map((each) => each.toFixed(2));
  return `${middle} (${low} to ${high}; of medians ${ofAll})`;
}

function printChange(name: string, rounds: readonly ChangeFigures[]): void {
  const median = (of: (figures: ChangeFigures) => number | undefined) =>
    spread(rounds.map((round) => of(round) ?? Number.NaN)).median;
  const known = (value: number, unit: string) =>
    Number.isFinite(value) ? `${value.toFixed(2)} ${unit}` : `unknown ${unit}`;
  line(
    name,
    `${whole(median((each) => each.perSecond))} /s`,
    known(
      median((each) => each.serverCpuMs),
      'ms of processor',
    ),
    known(
      median((each) => each.postgresCpuMs),
      "ms of PostgreSQL's",
    ),
    known(
      median((each) => each.queries),
      'queries',
    ),
    known(
      median((each) => each.commits),
      'commits',
    ),
    `${whole(median((each) => each.walBytes))} bytes of WAL`,
  );
}
