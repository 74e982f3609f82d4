import { expect, test } from 'vitest';
import { printFields } from './output.ts';
import { createCliContext } from './testing/run-command.ts';

test('wraps a long value between words below its name, and lets a longer word stand alone', () => {
  const { ctx, stdout } = createCliContext('/home/ada', {
    env: { NO_COLOR: '1' },
    terminal: { columns: 22 },
  });
  printFields(ctx, [
    ['Name', 'ci'],
    ['Scopes', 'audit.read fleet.read a-very-long-scope'],
  ]);
  expect(stdout().split('\n')).toEqual([
    'Name    ci',
    'Scopes  audit.read',
    '        fleet.read',
    '        a-very-long-scope',
    '',
  ]);
});

test('wraps nothing where a script reads', () => {
  const { ctx, stdout } = createCliContext('/home/ada');
  const scopes = Array.from({ length: 99 }, (_, at) => `scope.${at}`).join(' ');
  printFields(ctx, [['Scopes', scopes]]);
  expect(stdout()).toBe(`Scopes  ${scopes}\n`);
});
