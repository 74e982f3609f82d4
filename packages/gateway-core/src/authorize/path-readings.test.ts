import { expect, it } from 'vitest';
import { pathReadings } from './path-readings.ts';

const READINGS: [path: string, exact: string[], folded: string[]][] = [
  ['/v1/invoices', [], []],
  ['/v1/INV-1', [], ['/v1/inv-1']],
  ['/A//b', ['/A/b'], ['/a/b']],
  ['/A./b', ['/A/b'], ['/a/b']],
  ['/A.', ['/A'], ['/a']],
  ['/A /b', ['/A/b'], ['/a/b']],
  ['/A;x/b', ['/A/b'], ['/a/b']],
  ['/%41', ['/A'], ['/a']],
  ['/(S(x))', ['/'], ['/']],
  ['/a/index.php;x/b', ['/a/b'], ['/a/b']],
  ['/a.php', [], []],
  ["/a('b')/c", [], []],
];

it.each(READINGS)('reads %j in every way that a server may', (path, exact, folded) => {
  const readings = pathReadings(path);
  expect(readings?.exact.filter((each) => each !== path)).toEqual(expect.arrayContaining(exact));
  expect(readings?.folded).toEqual(expect.arrayContaining(folded));
  if (exact.length === 0) expect(readings).toEqual({ exact, folded });
});

it.each(['/A/../b', '/A/.', '/A/%2e%2e/b', '/A%zz'])('reads nothing in %j', (path) => {
  expect(pathReadings(path)).toBeUndefined();
});
