import { spread } from '../compare.ts';
import { line, spreadText, title, whole } from '../report.ts';
import type { ChangesFigures } from './measure-changes.ts';
import type { ChangeFigures } from './measure-rounds.ts';

export function printChanges({ postgres, creations, further }: ChangesFigures): void {
  title(`Changes on PostgreSQL ${postgres}: each with its audit event, version and limits`);
  for (const { clients, byKey, bySession, betterAuth, ratio, cpuRatio } of creations) {
    const by = clients === 1 ? 'by one client' : `by ${clients} clients`;
    printChange(`a key, ${by}, by key`, byKey);
    printChange('  by session', bySession);
    printChange('  Better Auth, by session', betterAuth);
    line('  ratio by key', spreadText(ratio));
    line('  ratio by key, by processor time', spreadText(cpuRatio));
  }
  for (const each of further) printChange(each.title, [each.figures]);
}

function printChange(name: string, rounds: readonly ChangeFigures[]): void {
  const median = (of: (figures: ChangeFigures) => number | undefined) =>
    spread(rounds.map((round) => of(round) ?? Number.NaN)).median;
  const known = (value: number, unit: string) =>
    Number.isFinite(value) ? `${value.toFixed(1)} ${unit}` : `unknown ${unit}`;
  line(
    name,
    `${whole(median((each) => each.perSecond))} /s`,
    known(
      median((each) => each.cpuMs),
      'ms of processor',
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
