import { describe, expect, it } from 'vitest';
import { joinRuns, withRepeated, worthRepeating } from './repeat-failed.mjs';

const ROOT = '/repository';

/** A run of that many files, of which some failed with a test each. */
function runOf(count: number, failed: readonly string[], more: readonly string[] = []) {
  const names = Array.from({ length: count - failed.length }, (_, at) => `passed-${at}.test.ts`);
  const fileOf = (status: string) => (name: string) => ({
    ...{ name: `${ROOT}/${name}`, status },
    assertionResults: [{ status, fullName: 'holds' }],
  });
  return {
    code: failed.length > 0 ? 1 : 0,
    results: { testResults: [...failed.map(fileOf('failed')), ...names.map(fileOf('passed'))] },
    failures: [...failed.map((name) => `${name} > holds`), ...more].map((name) => ({
      ...{ name, errors: [{ message: 'no' }] },
    })),
    unsteady: [],
  };
}

describe('two runs as one', () => {
  it('have the files and failures of both, and fail where one does', () => {
    const joined = joinRuns([runOf(30, []), runOf(20, ['a.test.ts'])]);
    expect(joined.code).toBe(1);
    expect(joined.results.testResults).toHaveLength(50);
    expect(joined.failures.map(({ name }) => name)).toEqual(['a.test.ts > holds']);
    expect(joinRuns([runOf(30, []), runOf(20, [])])).toMatchObject({ code: 0, failures: [] });
  });

  it('fail as a whole where one ended by itself', () => {
    const joined = joinRuns([{ ...runOf(30, []), code: 7 }, runOf(30, ['a.test.ts'])]);
    expect(joined.failures.map(({ name }) => name)).toEqual(['vitest', 'a.test.ts > holds']);
    expect(worthRepeating(joined, ROOT)).toEqual([]);
  });
});

describe('what is run again', () => {
  it('is the few files that failed beside many others', () => {
    expect(worthRepeating(runOf(100, ['a.test.ts', 'b.test.ts']), ROOT)).toEqual([
      ...['a.test.ts', 'b.test.ts'],
    ]);
  });

  it.each([
    ['a run that passed', runOf(100, [])],
    ['many failures', runOf(100, ['a.test.ts', 'b.test.ts', 'c.test.ts', 'd.test.ts'])],
    ['what ran beside few others', runOf(20, ['a.test.ts'])],
    ['an error of no file', runOf(100, ['a.test.ts'], ['Unhandled errors'])],
    ['a run that ended by itself', { ...runOf(100, []), code: 1 }],
  ])('is not %s', (_, run) => {
    expect(worthRepeating(run, ROOT)).toEqual([]);
  });
});

describe('a run with its failed files repeated', () => {
  const first = runOf(100, ['a.test.ts', 'b.test.ts']);
  const statuses = ({ results }: ReturnType<typeof withRepeated>) =>
    results.testResults.map(({ status }) => status);

  it('passes where all of them pass, and names what was unsteady', () => {
    const again = runOf(2, []);
    again.results.testResults.forEach((file, at) => {
      file.name = `${ROOT}/${at === 0 ? 'a' : 'b'}.test.ts`;
    });
    const run = withRepeated(first, again);
    expect(run).toMatchObject({ code: 0, failures: [], unsteady: first.failures });
    expect(statuses(run)).toEqual(Array.from({ length: 100 }, () => 'passed'));
  });

  it('fails where one of them fails again, and names that as a failure', () => {
    const again = runOf(2, ['a.test.ts']);
    again.results.testResults[1] = {
      ...{ name: `${ROOT}/b.test.ts`, status: 'passed' },
      assertionResults: [{ status: 'passed', fullName: 'holds' }],
    };
    const run = withRepeated(first, again);
    expect(run).toMatchObject({
      ...{ code: 1, failures: [{ name: 'a.test.ts > holds' }] },
      unsteady: [{ name: 'b.test.ts > holds' }],
    });
    expect(statuses(run).filter((status) => status === 'failed')).toHaveLength(1);
  });
});
