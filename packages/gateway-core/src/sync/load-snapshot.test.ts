import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSealer } from '../testing/sealer.ts';
import { createWorld, idOf, keyOf, WORKSPACE } from '../testing/world.ts';
import { openTestSync, reopen, type TestSync } from './sync.fixture.ts';

const AFTER = ['valid', 'revoked', 'valid', 'not_found'];

const fileOf = (it: TestSync) => join(it.stateDir, 'snapshot');

/** Has applied a snapshot and then a revocation. */
async function openRevoked(): Promise<TestSync> {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  it.sealer.world.change(keyOf(2, { status: 'revoked' }));
  expect(await it.receive(it.sealer.changes(0))).toMatchObject([{ type: 'ack', version: 1 }]);
  return it;
}

/** As they stand in a file. */
function stored(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(frame.length);
      return [prefix, frame];
    }),
  );
}

async function expectRefused(it: TestSync, reason: string): Promise<void> {
  expect(it.decisions()).toBeUndefined();
  expect(it.said.version).toBeNull();
  expect(it.sync.welcomed()).toMatchObject([{ type: 'reject', reason }]);
  expect(it.sync.welcomed()).toEqual([]);
  expect(it.faults.text()).toContain(`The stored snapshot was refused (${reason})`);
}

test('decides after a restart as before it, with what it acknowledged', async () => {
  const next = await reopen(await openRevoked());

  expect(next.decisions()).toEqual(AFTER);
  expect(next.said.version).toBe(1);
  expect(next.sync.welcomed()).toEqual([]);
});

test('goes on with the changes after its last, and keeps them as well', async () => {
  const next = await reopen(await openRevoked());
  next.sealer.world.change(keyOf(4));
  await next.receive(next.sealer.changes(1));

  expect((await reopen(next)).decisions()).toEqual(['valid', 'revoked', 'valid', 'valid']);
});

test('has nothing to say when there is no file', async () => {
  const it = await openTestSync();
  await it.sync.load();

  expect(it.said.version).toBeNull();
  expect(it.sync.welcomed()).toEqual([]);
  expect(it.faults.text()).toBeNull();
});

test('cuts off changes that were not written whole, and goes on behind them', async () => {
  const it = await openRevoked();
  it.sealer.world.change(keyOf(4));
  const changes = it.sealer.changes(1);
  const whole = await readFile(fileOf(it));
  await appendFile(fileOf(it), stored([changes]).subarray(0, -1));

  const next = await reopen(it);

  expect(next.decisions()).toEqual(AFTER);
  expect(await readFile(fileOf(it))).toEqual(whole);
  await next.receive(changes);
  expect((await reopen(next)).sync.version()).toBe(2);
});

test('refuses a file that ends before a revocation that was acknowledged', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  const { length } = await readFile(fileOf(it));
  it.sealer.world.change(keyOf(2, { status: 'revoked' }));
  await it.receive(it.sealer.changes(0));
  await truncate(fileOf(it), length);

  await expectRefused(await reopen(it), 'older');
});

test('refuses an older file in the place of its own', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  const old = await readFile(fileOf(it));
  it.sealer.world.change(keyOf(2, { status: 'revoked' }));
  await it.receive(...it.sealer.snapshot());
  await writeFile(fileOf(it), old);

  await expectRefused(await reopen(it), 'older');
});

test('refuses the file of another workspace, and one that another key signed', async () => {
  const world = createWorld();
  const it = await openTestSync(createSealer(world));
  await it.receive(...it.sealer.snapshot());

  await writeFile(fileOf(it), stored(it.sealer.snapshot({ workspaceId: `ws_${'9'.repeat(20)}` })));
  const foreign = await reopen(it);
  await expectRefused(foreign, 'foreign');
  await writeFile(fileOf(it), stored(createSealer(world).snapshot()));
  await expectRefused(await reopen(foreign), 'signature');
});

test('refuses a file with changes of another workspace', async () => {
  const it = await openTestSync();
  const parts = it.sealer.snapshot();
  await it.receive(...parts);
  it.sealer.world.change(keyOf(2, { status: 'revoked' }));
  const changes = it.sealer.changes(0, { workspaceId: `ws_${'9'.repeat(20)}` });
  await writeFile(fileOf(it), stored([...parts, changes]));

  await expectRefused(await reopen(it), 'foreign');
});

test('refuses a file whose snapshot is not whole', async () => {
  const it = await openTestSync();
  await it.receive(...it.sealer.snapshot());
  const { length } = await readFile(fileOf(it));
  await truncate(fileOf(it), length - 1);

  await expectRefused(await reopen(it), 'incomplete');
});

test('refuses a file in which changes are missing, or stand twice or in another order', async () => {
  let it = await openTestSync();
  const parts = it.sealer.snapshot();
  const changes = [2, 3, 2].map((number, version) => {
    it.sealer.world.change(keyOf(number, { status: 'revoked' }));
    return it.sealer.changes(version);
  });
  await it.receive(...parts, ...changes);
  const [a, b, c] = changes as [Uint8Array, Uint8Array, Uint8Array];

  for (const order of [
    [b, c],
    [a, c],
    [a, b, b, c],
    [b, a, c],
    [a, b, c, a],
  ]) {
    await writeFile(fileOf(it), stored([...parts, ...order]));
    it = await reopen(it);
    expect(it.decisions()).toBeUndefined();
  }
  await writeFile(fileOf(it), stored([...parts, ...changes]));
  expect((await reopen(it)).decisions()).toEqual(['valid', 'revoked', 'revoked', 'not_found']);
});

test('refuses a file when it cannot tell how old it is', async () => {
  const it = await openRevoked();
  await rm(join(it.stateDir, 'confirmed'));

  await expectRefused(await reopen(it), 'incomplete');
});

test.each([
  { workspaceId: WORKSPACE, version: null, confirmedAtMs: 1 },
  { workspaceId: WORKSPACE, version: 'one', confirmedAtMs: 1 },
  { workspaceId: WORKSPACE, version: '1', confirmedAtMs: 1 },
  { workspaceId: WORKSPACE, version: -1, confirmedAtMs: 1 },
  { workspaceId: WORKSPACE, version: 0.5, confirmedAtMs: 1 },
  { workspaceId: WORKSPACE, version: 1, confirmedAtMs: null },
  { workspaceId: WORKSPACE, version: 1, confirmedAtMs: 'now' },
  { workspaceId: WORKSPACE, version: 1, confirmedAtMs: -1 },
  { version: 1, confirmedAtMs: 1 },
  null,
])('refuses a file beside a record of what it acknowledged that reads %j', async (record) => {
  const it = await openRevoked();
  await writeFile(join(it.stateDir, 'confirmed'), JSON.stringify(record));

  await expectRefused(await reopen(it), 'incomplete');
});

test.each(['damaged', 'missing'])(
  'takes no snapshot from before what it acknowledged, when its own is %s',
  async (how) => {
    const it = await openTestSync();
    const before = it.sealer.snapshot();
    await it.receive(...before);
    it.sealer.world.change(keyOf(2, { status: 'revoked' }));
    await it.receive(it.sealer.changes(0));
    await it.confirm();
    await (how === 'damaged' ? writeFile(fileOf(it), how) : rm(fileOf(it)));
    const next = await reopen(it);

    expect(await next.receive(...before)).toMatchObject([{ type: 'reject', reason: 'older' }]);
    expect(next.decisions()).toBeUndefined();
    expect(await next.receive(...next.sealer.snapshot())).toMatchObject([
      { type: 'ack', version: 1 },
    ]);
    expect(next.decisions()).toEqual(AFTER);
  },
);

test('goes by no version of another workspace, when its folder was one of another', async () => {
  const it = await openRevoked();
  const path = join(it.stateDir, 'confirmed');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(WORKSPACE, idOf('ws', 9)));
  await writeFile(fileOf(it), 'foreign');
  const next = await reopen(it);

  await next.connect({ version: 0 });

  expect(await next.receive(...next.sealer.snapshot({ version: 0 }))).toMatchObject([
    { type: 'ack', version: 0 },
  ]);
});

test('replaces a refused file by the next snapshot', async () => {
  const it = await openRevoked();
  await writeFile(fileOf(it), 'damaged');
  const next = await reopen(it);
  expect(next.decisions()).toBeUndefined();

  expect(await next.receive(...next.sealer.snapshot())).toMatchObject([
    { type: 'ack', version: 1 },
  ]);

  expect((await reopen(next)).decisions()).toEqual(AFTER);
});

test('leaves nothing on the disk after `forget`', async () => {
  const it = await openRevoked();
  await it.sync.forget();

  const next = await reopen(it);

  expect(next.decisions()).toBeUndefined();
  expect(next.sync.welcomed()).toEqual([]);
});
