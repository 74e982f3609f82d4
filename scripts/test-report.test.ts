import { expect, test } from 'vitest';
import { listFailures, listSlowest, listSlowestFiles, summarize } from './test-report.mjs';

const options = { expected: ['a.test.ts'], allowedSkips: [] as string[], root: '/repository' };

function fileOf(name: string, ...statuses: string[]) {
  return {
    name: `/repository/${name}`,
    status: statuses.includes('failed') ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status, fullName: `is ${status}` })),
  };
}

test('counts what passed and what failed', () => {
  const report = { testResults: [fileOf('a.test.ts', 'passed', 'passed', 'failed')] };
  expect(summarize(report, options)).toEqual({ passed: 2, failed: 1, complaints: [] });
});

test('counts a file that did not load as failed', () => {
  const broken = { ...fileOf('b.test.ts'), status: 'failed' };
  const report = { testResults: [fileOf('a.test.ts', 'passed'), broken] };
  expect(summarize(report, options).failed).toBe(1);
});

test('refuses a run without tests', () => {
  const { complaints } = summarize({ testResults: [] }, { ...options, expected: [] });
  expect(complaints).toEqual(['No test ran']);
});

test.each(['skipped', 'pending', 'todo'])('refuses a %s test unless it is listed', (status) => {
  const report = { testResults: [fileOf('a.test.ts', 'passed', status)] };
  const name = `a.test.ts > is ${status}`;
  expect(summarize(report, options).complaints).toEqual([
    `Skipped, and not listed in tests/allowed-skips.json: ${name}`,
  ]);
  expect(summarize(report, { ...options, allowedSkips: [name] }).complaints).toEqual([]);
});

test('refuses a test file that no project ran', () => {
  const report = { testResults: [fileOf('b.test.ts', 'passed')] };
  expect(summarize(report, options).complaints).toEqual(['No project ran a.test.ts']);
});

test('names each failure with the first lines of its errors, and where it was', () => {
  const stacks = [
    { file: '/repository/node_modules/vitest/index.js', line: 1 },
    { file: '/repository/a.test.ts', line: 7 },
  ];
  const expected = {
    message: '\u001b[31mexpected 1 to be 2\u001b[39m',
    diff: '- 2\n\n+ 1',
    stacks,
  };
  const long = { message: Array.from({ length: 100 }, (_, at) => `${at}`.repeat(500)).join('\n') };
  const failures = [
    { name: 'a.test.ts > counts', errors: [expected] },
    { name: 'b.test.ts', errors: [long] },
  ];
  const lines = listFailures(failures, '/repository');
  expect(lines.slice(0, 6)).toEqual([
    'FAILED a.test.ts > counts',
    '    expected 1 to be 2',
    '    - 2',
    '    + 1',
    '    at a.test.ts:7',
    'FAILED b.test.ts',
  ]);
  expect(lines).toHaveLength(18);
  expect(Math.max(...lines.map((line) => line.length))).toBe(204);
});

test('lists thirty failures, and counts the others', () => {
  const failures = Array.from({ length: 40 }, (_, at) => ({
    name: `a.test.ts > ${at}`,
    errors: [],
  }));
  const lines = listFailures(failures, '/repository');
  expect(lines).toHaveLength(31);
  expect(lines.at(-1)).toBe('and 10 more failures');
});

test('lists the ten slowest tests, the slowest first', () => {
  const assertionResults = Array.from({ length: 12 }, (_, at) => ({
    status: 'passed',
    fullName: `takes ${at} s`,
    duration: at * 1000,
  }));
  const report = {
    testResults: [{ name: '/repository/a.test.ts', status: 'passed', assertionResults }],
  };
  const lines = listSlowest(report, '/repository');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('  11.0 s  a.test.ts > takes 11 s');
  expect(lines[9]).toBe('   2.0 s  a.test.ts > takes 2 s');
});

test('lists the files whose tests took longest together, with how many they are', () => {
  const fileWith = (name: string, ...seconds: number[]) => ({
    name: `/repository/${name}`,
    status: 'passed',
    assertionResults: seconds.map((each) => ({
      status: 'passed',
      fullName: `takes ${each} s`,
      duration: each * 1000,
    })),
  });
  const report = { testResults: [fileWith('a.test.ts', 5), fileWith('b.test.ts', 3, 4)] };
  expect(listSlowestFiles(report, '/repository')).toEqual([
    '   7.0 s  b.test.ts (2)',
    '   5.0 s  a.test.ts (1)',
  ]);
});
