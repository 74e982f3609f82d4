import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSealer } from '../testing/sealer.ts';
import { createWorld, idOf, keyOf } from '../testing/world.ts';
import { AFTER, BEFORE, openAtStart, openTestSync, reopen, revoke } from './sync.fixture.ts';

/** How long a snapshot is awaited. */
const PATIENCE_MS = 31_000;

test('uses a snapshot only when its last part is there', async () => {
  const it = await openTestSync();
  const parts = it.sealer.snapshot();
  expect(parts.length).toBeGreaterThan(2);

  expect(await it.receive(...parts.slice(0, -1))).toEqual([]);
  expect(it.decisions()).toBeUndefined();
  expect(await it.receive(...parts.slice(-1))).toMatchObject([{ type: 'ack', version: 0 }]);
  expect(it.decisions()).toEqual(BEFORE);
});

test('applies changes in their order, and acknowledges each', async () => {
  const it = await openAtStart();
  revoke(it);

  expect(await it.receive(it.sealer.changes(0))).toMatchObject([{ type: 'ack', version: 1 }]);
  expect(it.decisions()).toEqual(AFTER);
});

test('keeps deciding with what it has while a new snapshot comes', async () => {
  const it = await openAtStart();
  revoke(it);
  const parts = it.sealer.snapshot();

  await it.receive(...parts.slice(0, -1));
  expect(it.decisions()).toEqual(BEFORE);
  await it.receive(...parts.slice(-1));
  expect(it.decisions()).toEqual(AFTER);
});

test('asks once for a whole snapshot after a gap, and applies nothing across it', async () => {
  const it = await openAtStart();
  revoke(it);
  it.sealer.world.change(keyOf(4));

  const answers = await it.receive(it.sealer.changes(1), it.sealer.changes(1));

  expect(answers).toEqual([
    { type: 'reject', reason: 'gap', detail: expect.stringContaining('from version 1 to 2') },
    { type: 'resync' },
  ]);
  expect(it.decisions()).toEqual(BEFORE);
  expect(await it.receive(...it.sealer.snapshot())).toMatchObject([{ type: 'ack', version: 2 }]);
  expect(it.decisions()).toEqual(['valid', 'revoked', 'valid', 'valid']);
  expect(it.faults.text()).toBeNull();
});

test('asks for a whole snapshot when it has none and hears only that nothing changed', async () => {
  const it = await openTestSync();
  it.clock.advance(PATIENCE_MS);

  const answers = await it.confirm();

  expect(answers).toMatchObject([{ type: 'reject', reason: 'gap' }, { type: 'resync' }]);
});

test.each([
  ['another organization', { organizationId: 'org_00000000000000000009' }],
  ['another workspace', { workspaceId: idOf('ws', 9) }],
])('rejects what is meant for %s', async (_, facts) => {
  const it = await openAtStart();
  revoke(it);

  const answers = [
    await it.receive(...it.sealer.snapshot(facts)),
    await it.receive(it.sealer.changes(0, facts)),
  ];

  for (const [answer] of answers)
    expect(answer).toMatchObject({ type: 'reject', reason: 'foreign' });
  expect(it.decisions()).toEqual(BEFORE);
  expect(it.faults.text()).toMatch(/was not applied \(foreign\)/);
});

test('rejects what another key signed', async () => {
  const it = await openAtStart();
  const other = createSealer(createWorld(9));

  const answers = await it.receive(...other.snapshot(), other.changes(0));

  for (const answer of answers) expect(answer).toMatchObject({ reason: 'signature' });
  expect(answers.length).toBeGreaterThan(1);
  expect(it.decisions()).toEqual(BEFORE);
});

test('rejects a part about another organization inside a message of its own', async () => {
  const world = createWorld();
  const it = await openTestSync(createSealer(world));
  await it.receive(...it.sealer.snapshot());
  world.change({ type: 'organization', organizationId: 'org_other', allowedIps: [] });

  expect(await it.receive(it.sealer.changes(0))).toMatchObject([
    { type: 'reject', reason: 'foreign' },
  ]);
  expect(it.sync.version()).toBe(0);
});

test('rejects an older snapshot, also a repeated one', async () => {
  const it = await openAtStart();
  const old = it.sealer.snapshot();
  revoke(it);
  await it.receive(it.sealer.changes(0));

  expect(await it.receive(...old)).toMatchObject([{ type: 'reject', reason: 'older' }]);
  expect(it.decisions()).toEqual(AFTER);
});

test('rejects older changes, also repeated ones', async () => {
  const it = await openAtStart();
  it.sealer.world.change(keyOf(2, { status: 'disabled' }));
  const old = it.sealer.changes(0);
  it.sealer.world.change(keyOf(2, { status: 'revoked' }));
  await it.receive(old, it.sealer.changes(1));

  expect(await it.receive(old)).toMatchObject([{ type: 'reject', reason: 'older' }]);
  expect(it.decisions()).toEqual(AFTER);
});

test('rejects changes that lead backwards', async () => {
  const it = await openAtStart();
  revoke(it);
  await it.receive(it.sealer.changes(0));

  expect(await it.receive(it.sealer.changes(1, { to: 0 }))).toMatchObject([
    { type: 'reject', reason: 'malformed' },
  ]);
  expect(it.sync.version()).toBe(1);
});

test.each([
  ['a part is missing', (parts: Uint8Array[]) => parts.toSpliced(1, 1)],
  ['a part comes twice', (parts: Uint8Array[]) => parts.toSpliced(1, 0, ...parts.slice(1, 2))],
  ['parts change places', ([a, b, c, ...rest]: Uint8Array[]) => [a, c, b, ...rest]],
  ['the first part is missing', (parts: Uint8Array[]) => parts.slice(1)],
])('rejects a snapshot, once, when %s', async (_, damage) => {
  const it = await openAtStart();
  revoke(it);
  const parts = damage(it.sealer.snapshot()).filter((each) => each !== undefined);

  expect(await it.receive(...parts)).toMatchObject([{ type: 'reject', reason: 'incomplete' }]);
  expect(it.decisions()).toEqual(BEFORE);
  expect(await it.receive(...it.sealer.snapshot())).toMatchObject([{ type: 'ack', version: 1 }]);
});

test('rejects a snapshot that two snapshots were mixed for', async () => {
  const it = await openAtStart();
  const one = it.sealer.snapshot();
  const other = it.sealer.snapshot();

  expect(await it.receive(...one.slice(0, 1), ...other.slice(1))).toMatchObject([
    { type: 'reject', reason: 'incomplete' },
  ]);
});

test('begins anew when a snapshot is broken off and another begins', async () => {
  const it = await openAtStart();
  revoke(it);

  const answers = await it.receive(...it.sealer.snapshot().slice(0, 2), ...it.sealer.snapshot());

  expect(answers).toMatchObject([{ type: 'ack', version: 1 }]);
});

test('applies changes that come between the parts of a snapshot, and loses none', async () => {
  const it = await openAtStart();
  const parts = it.sealer.snapshot();
  revoke(it);

  const answers = await it.receive(...parts.slice(0, 1), it.sealer.changes(0), ...parts.slice(1));

  expect(answers).toMatchObject([
    { type: 'ack', version: 1 },
    { type: 'reject', reason: 'older' },
  ]);
  expect(it.decisions()).toEqual(AFTER);
});

test('does not ask again and again for snapshots that are all bad', async () => {
  const it = await openTestSync();
  let asked = 0;
  for (let minute = 0; minute < 60; minute++) {
    for (const answer of await it.receive(it.sealer.changes(0, { to: 1 }))) {
      if (answer.type !== 'resync') continue;
      asked += 1;
      await it.receive(...it.sealer.snapshot().slice(1));
    }
    it.clock.advance(60_000);
  }

  expect(asked).toBeGreaterThan(5);
  expect(asked).toBeLessThan(30);
});

test('asks again for a snapshot that does not come', async () => {
  const it = await openTestSync();
  it.clock.advance(PATIENCE_MS);
  expect(await it.confirm()).toContainEqual({ type: 'resync' });
  expect(await it.confirm()).toEqual([]);
  it.clock.advance(PATIENCE_MS);

  expect(await it.confirm()).toContainEqual({ type: 'resync' });
});

test('asks for a new snapshot when the changes outweigh the one it has', async () => {
  const it = await openAtStart();
  const names = Array.from({ length: 200 }, (_, at) => keyOf(1000 + at, { name: 'x'.repeat(64) }));
  let asked = 0;
  for (let version = 0; version < 100; version++) {
    it.sealer.world.change(...names);
    const answers = await it.receive(it.sealer.changes(version));
    asked += answers.filter(({ type }) => type === 'resync').length;
  }

  expect(asked).toBe(1);
  await it.receive(...it.sealer.snapshot());
  it.sealer.world.change(keyOf(4));
  expect(await it.receive(it.sealer.changes(100))).toMatchObject([{ type: 'ack', version: 101 }]);
});

test('goes on in memory when the disk takes no snapshot, but acknowledges nothing', async () => {
  const it = await openTestSync();
  await mkdir(join(it.stateDir, 'snapshot.new'));

  expect(await it.receive(...it.sealer.snapshot())).toEqual([]);
  expect(it.decisions()).toEqual(BEFORE);
  expect(it.faults.text()).toMatch(/The snapshot cannot be stored: .*EISDIR/);
  revoke(it);
  expect(await it.receive(it.sealer.changes(0))).toEqual([]);
  expect(it.decisions()).toEqual(AFTER);
  await it.confirm();
  it.clock.advance(2000);
  expect(await it.confirm()).toEqual([{ type: 'resync' }]);

  await rm(join(it.stateDir, 'snapshot.new'), { recursive: true });
  expect(await it.receive(...it.sealer.snapshot())).toMatchObject([{ type: 'ack', version: 1 }]);
  expect(it.faults.text()).toBeNull();
});

test('asks for a whole snapshot when it returns with one that the disk does not hold', async () => {
  const it = await openTestSync();
  await mkdir(join(it.stateDir, 'snapshot.new'));
  await it.receive(...it.sealer.snapshot());
  expect(it.decisions()).toEqual(BEFORE);
  await it.connect();
  expect(it.said).toMatchObject({ version: null, latest: null });
});

test('starts with the snapshot that it has stored when a newer one could not be', async () => {
  const it = await openAtStart();
  const path = join(it.stateDir, 'snapshot');
  await rename(path, `${path}.kept`);
  await mkdir(join(path, 'occupied'), { recursive: true });
  revoke(it);
  expect(await it.receive(...it.sealer.snapshot())).toEqual([]);
  expect(it.decisions()).toEqual(AFTER);
  await rm(path, { recursive: true });
  await rename(`${path}.kept`, path);

  expect((await reopen(it)).decisions()).toEqual(BEFORE);
});

test('does not ask for snapshot after snapshot while the disk takes none', async () => {
  const it = await openTestSync();
  await mkdir(join(it.stateDir, 'snapshot.new'));
  await it.receive(...it.sealer.snapshot());
  let asked = 0;
  for (let i = 0; i < 100; i++) {
    it.clock.advance(5000);
    if (!(await it.confirm()).some(({ type }) => type === 'resync')) continue;
    asked += 1;
    expect(await it.receive(...it.sealer.snapshot())).toEqual([]);
  }
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThan(9);
});

test('denies every request after `forget`', async () => {
  const it = await openAtStart();

  await it.sync.forget();

  expect(it.decisions()).toBeUndefined();
  expect(it.sync.version()).toBeNull();
  expect(it.ageMs()).toBeNull();
});
