import { expect, test } from 'vitest';
import { createTestClock } from '../testing/clock.ts';
import { keyOf } from '../testing/world.ts';
import { createFreshness, isFresh, momentOf } from './freshness.ts';
import { openTestSync, reopen } from './sync.fixture.ts';

const HOUR = 3_600_000;

test('has no age before the control plane has said anything', () => {
  expect(createFreshness(createTestClock()).ageMs()).toBeNull();
});

test('is fresh up to the age that is allowed, and never before it was confirmed', () => {
  const clock = createTestClock();
  const freshness = createFreshness(clock);
  expect([isFresh(freshness, HOUR), isFresh(freshness, null)]).toEqual([false, true]);
  freshness.confirm(momentOf(clock));
  clock.advance(HOUR);
  expect([isFresh(freshness, HOUR), isFresh(freshness, HOUR - 1)]).toEqual([true, false]);
  expect(isFresh(freshness, null)).toBe(true);
});

test('is as old as the last confirmation', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  it.clock.advance(HOUR);
  expect(it.ageMs()).toBe(HOUR);

  expect(await it.confirm()).toEqual([]);

  expect(it.ageMs()).toBe(0);
});

test('grows no younger by a confirmation that came before, or by a rejected message', async () => {
  const it = await openTestSync();
  const confirmation = it.sealer.confirmed(it.said.nonce);
  await it.receive(...it.sealer.snapshot(), confirmation);
  it.sealer.world.change(keyOf(4));
  it.clock.advance(HOUR);

  await it.receive(
    confirmation,
    it.sealer.changes(0, { from: 7, to: 8 }),
    ...it.sealer.snapshot().slice(1),
  );

  expect(it.ageMs()).toBe(HOUR);
  const [check] = it.sync.check();
  expect(check?.type).toBe('check');
  expect(await it.receive(confirmation)).toMatchObject([{ type: 'reject', reason: 'replayed' }]);
  expect(it.ageMs()).toBe(HOUR);
});

test('grows no younger by changes, which may have been held back', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  it.clock.advance(HOUR);
  it.sealer.world.change(keyOf(4));

  await it.receive(it.sealer.changes(0));

  expect(it.sync.version()).toBe(1);
  expect(it.ageMs()).toBe(HOUR);
});

test('is as old as the question when the answer was held back, and asks again at once', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  const [check] = it.sync.check();
  const answer = it.sealer.confirmed(check?.type === 'check' ? check.nonce : '');
  it.clock.advance(HOUR);
  expect(it.sync.check()).toEqual([]);

  expect(await it.receive(answer)).toMatchObject([{ type: 'check' }]);

  expect(it.ageMs()).toBe(HOUR);
});

test('is not confirmed by an answer without the changes that came before it', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  it.clock.advance(HOUR);
  it.sealer.world.change(keyOf(4));

  expect(await it.confirm()).toMatchObject([{ type: 'reject', reason: 'gap' }, { type: 'resync' }]);

  expect(it.ageMs()).toBe(HOUR);
});

test('grows no younger by a snapshot, which may have been made a while ago', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  expect(it.ageMs()).toBeNull();
  expect((await reopen(it)).ageMs()).toBeNull();
  await it.confirm();
  it.clock.advance(HOUR);

  await it.receive(...it.sealer.snapshot());

  expect(it.ageMs()).toBe(HOUR);
});

test('grows older while the machine sleeps, when only the clock on the wall goes on', () => {
  const clock = createTestClock();
  const freshness = createFreshness(clock);
  freshness.confirm(momentOf(clock));

  clock.setWall(clock.epochMs() + HOUR);

  expect(freshness.ageMs()).toBe(HOUR);
});

test('grows no younger when the clock on the wall is set back', () => {
  const clock = createTestClock();
  const freshness = createFreshness(clock);
  freshness.confirm(momentOf(clock));
  clock.advance(HOUR);

  clock.setWall(0);

  expect(freshness.ageMs()).toBe(HOUR);
});

test('keeps its age across a restart, from the last confirmation that changed nothing', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  it.clock.advance(HOUR);
  await it.confirm();
  it.clock.advance(1000);

  const next = await reopen(it);

  expect(next.ageMs()).toBe(1000);
  next.clock.advance(HOUR);
  expect(next.ageMs()).toBe(HOUR + 1000);
});

test('is old after a restart with a clock that was set back', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  await it.confirm();
  it.clock.setWall(it.clock.epochMs() - HOUR);

  expect((await reopen(it)).ageMs()).toBe(HOUR);
});

test('is not confirmed after a restart by what was heard before it', async () => {
  const it = await openTestSync();
  const confirmation = it.sealer.confirmed(it.said.nonce);
  await it.receive(...it.sealer.snapshot(), confirmation);
  const next = await reopen(it);
  next.clock.advance(HOUR);

  await next.receive(confirmation);

  expect(next.ageMs()).toBe(HOUR);
});
