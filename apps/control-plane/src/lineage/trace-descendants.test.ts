import { describe, expect, it } from 'vitest';
import type { Admission, Link } from './links.ts';
import { traceDescendants } from './trace-descendants.ts';

const MINUTE = 60_000;

const once = (creator: string, id: string, minute: number): Link => ({
  creator,
  id,
  firstAt: minute * MINUTE,
  lastAt: minute * MINUTE,
});
const admitted = (inviter: string, memberId: string, minute: number): Admission => ({
  inviters: [inviter],
  memberId,
  invitedAt: minute * MINUTE,
  admittedAt: minute * MINUTE,
});

/** Two members who remove and admit each other in turns, twenty times a second. */
const ringOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    ...admitted(at === 0 ? 'K' : `m${at % 2}`, `m${(at + 1) % 2}`, 0),
    invitedAt: at * 50,
    admittedAt: at * 50 + 25,
  }));

function trace(links: readonly Link[], admissions: readonly Admission[], roots = ['K']) {
  const removable = new Set(admissions.map(({ memberId }) => memberId));
  return traceDescendants({ links, admissions, removable }, roots);
}

describe('a member', () => {
  it('counts until somebody else admits them again, and from when a root does', () => {
    const links = [once('M', 'early', 1), once('M', 'thief', 3), once('M', 'late', 5)];
    const again = [admitted('K', 'M', 2), admitted('owner', 'M', 4)];
    const released = trace(links, again);
    expect([...released.ids].sort()).toEqual(['K', 'M', 'thief']);
    expect(released.members).toEqual(new Map());
    const back = trace(links, [...again, admitted('K', 'M', 6)]);
    expect(back.members).toEqual(new Map([['M', 'K']]));
    expect([...back.ids].sort()).toEqual(['K', 'M', 'thief']);
  });

  it('does not leave by admitting those in turn who admit them', () => {
    const admissions = [
      admitted('K', 'A', 1),
      admitted('A', 'B', 2),
      admitted('B', 'A', 3),
      admitted('A', 'B', 4),
      admitted('B', 'A', 5),
    ];
    expect([...trace([], admissions).members.keys()].sort()).toEqual(['A', 'B']);
    const saved = trace([], [...admissions, admitted('owner', 'A', 6)]);
    expect([...saved.members.keys()]).toEqual(['B']);
  });

  it('counts by an invitation that was sent while the inviter did, and accepted after', () => {
    const late = { ...admitted('A', 'B', 2), admittedAt: 9 * MINUTE };
    const admissions = [admitted('K', 'A', 1), admitted('owner', 'A', 5), late];
    expect([...trace([once('B', 'key', 10)], admissions).ids].sort()).toEqual([
      'A',
      'B',
      'K',
      'key',
    ]);
    const early = { ...admitted('A', 'B', 0), admittedAt: 9 * MINUTE };
    expect(trace([], [...admissions.slice(0, 2), early]).members).toEqual(new Map());
  });

  it('who stays keeps all that is theirs, and is named if their latest admission came from a root', () => {
    const links = [once('M', 'key', 3)];
    const admissions = [admitted('K', 'M', 2)];
    const kept = traceDescendants({ links, admissions, removable: new Set() }, ['K']);
    expect([...kept.ids]).toEqual(['K']);
    expect(kept.membersLeft).toEqual(new Map([['M', 'K']]));
    const again = [...admissions, admitted('owner', 'M', 4)];
    const released = traceDescendants({ links, admissions: again, removable: new Set() }, ['K']);
    expect(released.membersLeft).toEqual(new Map());
  });
});

describe('a key', () => {
  it('counts from when it was given a new secret; what it had created before stays', () => {
    const links = [once('X', 'before', 1), once('K', 'X', 2), once('X', 'after', 3)];
    expect([...trace(links, []).ids].sort()).toEqual(['K', 'X', 'after']);
  });

  it('counts from the first of several times, in whatever order the lines are long', () => {
    const links = [
      once('K', 'A', 1),
      once('A', 'X', 6),
      once('K', 'B', 2),
      once('B', 'C', 3),
      once('C', 'X', 4),
      once('X', 'early', 5),
    ];
    expect([...trace(links, []).ids]).toContain('early');
  });

  it('of a member counts for as long as they owned it', () => {
    const owned = (id: string, first: number, last: number) => ({
      creator: 'M',
      id,
      firstAt: first * MINUTE,
      lastAt: last * MINUTE,
    });
    const links = [
      owned('revoked before', 0, 1),
      owned('received before', 1, 3),
      owned('handed over', 3, 7),
      once('handed over', 'below', 6),
      owned('received after', 5, Number.POSITIVE_INFINITY),
      once('received before', 'honest', 1),
    ];
    const admissions = [admitted('K', 'M', 2), admitted('owner', 'M', 4)];
    expect([...trace(links, admissions).ids].sort()).toEqual([
      'K',
      'M',
      'below',
      'handed over',
      'received before',
    ]);
  });

  it('counts also where the clock of another process was behind', () => {
    const links = [
      once('K', 'X', 2),
      { creator: 'X', id: 'quick', firstAt: 2 * MINUTE - 9_000, lastAt: 2 * MINUTE - 9_000 },
      { creator: 'X', id: 'before', firstAt: 2 * MINUTE - 11_000, lastAt: 2 * MINUTE - 11_000 },
    ];
    expect([...trace(links, []).ids].sort()).toEqual(['K', 'X', 'quick']);
  });
});

it('names the root of each, also where roots descend from each other', () => {
  const links = [once('a', 'b', 1), once('b', 'c', 2), once('c', 'a', 3), once('d', 'e', 1)];
  const { rootNow, rootOf } = trace(links, [], ['b', 'd']);
  expect(['a', 'b', 'c', 'd', 'e', 'f'].map(rootNow)).toEqual(['b', 'b', 'b', 'd', 'd', undefined]);
  expect(rootOf([null, 'c'], 2 * MINUTE)).toBe('b');
  expect(rootOf(['c'], MINUTE)).toBeUndefined();
});

it('takes a line and a ring of 100,000 links', () => {
  const links = Array.from({ length: 100_000 }, (_, at) => once(`k${at}`, `k${at + 1}`, at));
  links.push(once('k100000', 'k0', 100_001));
  expect(trace(links, [], ['k0']).ids.size).toBe(100_001);
});

describe('looks at each link and admission a few times only', () => {
  const shapes: Record<string, (count: number) => ReturnType<typeof trace>> = {
    'members who admit each other': (count) => trace([], ringOf(count)),
    'members who admit each other, and what they own': (count) =>
      trace(
        Array.from({ length: count }, (_, at) => ({
          ...once(`m${at % 2}`, `k${at}`, 0),
          firstAt: at * 50,
          lastAt: Number.POSITIVE_INFINITY,
        })),
        ringOf(count),
      ),
    'members whom nobody invited who counts': (count) => trace([], ringOf(count).slice(1)),
    'a creator that counts after all that it created': (count) =>
      trace(
        [
          ...Array.from({ length: count }, (_, at) => once('X', `k${at}`, at)),
          once('K', 'X', count),
        ],
        [],
      ),
    'keys that give each other new secrets': (count) =>
      trace(
        Array.from({ length: count }, (_, at) => once(`k${at % 30}`, `k${(at * 7) % 31}`, at)),
        [],
        ['k1'],
      ),
    'a line': (count) =>
      trace(
        Array.from({ length: count }, (_, at) => once(`k${at}`, `k${at + 1}`, at)),
        [],
        ['k0'],
      ),
  };

  it.each(Object.keys(shapes))('%s', (name) => {
    const steps = (count: number) => shapes[name]?.(count).stepsCount ?? Number.NaN;
    expect(steps(10_000)).toBeGreaterThanOrEqual(10_000);
    expect(steps(10_000)).toBeLessThan(60_000);
    expect(steps(20_000) / steps(10_000)).toBeLessThan(2.1);
  });
});

it('finds when a member of thousands of admissions did something', () => {
  const { rootOf, members } = trace([], [...ringOf(10_000), admitted('owner', 'm0', 9)]);
  expect([...members.keys()]).toEqual(['m1']);
  expect(rootOf(['m0'], 8 * MINUTE)).toBe('K');
  expect(rootOf(['m0'], 10 * MINUTE)).toBeUndefined();
  expect(rootOf(['m1'], 10 * MINUTE)).toBe('K');
  expect(rootOf(['m1'], -MINUTE)).toBeUndefined();
});
