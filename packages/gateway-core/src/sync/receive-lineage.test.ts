import { PROTOCOL_VERSION } from '@tollkeeper/protocol';
import { describe, expect, test } from 'vitest';
import { createSealer, type Sealer } from '../testing/sealer.ts';
import { idOf, keyOf, ORGANIZATION } from '../testing/world.ts';
import { createIndexStore } from './key-store.ts';
import {
  AFTER,
  BEFORE,
  openAtStart,
  openTestSync,
  reopen,
  revoke,
  type TestSync,
} from './sync.fixture.ts';

test('rejects what was sent on another connection', async () => {
  const it = await openAtStart();
  const other = createSealer(it.sealer.world, it.sealer.signingKey);
  revoke(it);
  const repeated = [other.lineage(it.said.nonce), other.changes(0), ...other.snapshot()];

  for (const frame of repeated) {
    expect(await it.receive(frame)).toMatchObject([{ type: 'reject', reason: 'replayed' }]);
  }
  expect(it.decisions()).toEqual(BEFORE);
  await it.sync.disconnected();
  it.sync.hello(PROTOCOL_VERSION);
  for (const frame of [it.sealer.lineage(it.said.nonce), ...repeated]) {
    expect(await it.receive(frame)).toMatchObject([{ type: 'reject', reason: 'replayed' }]);
  }
  expect(it.decisions()).toEqual(BEFORE);
});

describe('a control plane that was set back', () => {
  /** A gateway with a revocation, and the control plane as it was before that. */
  async function openAhead() {
    const it = await openAtStart();
    const backup = it.sealer.world.fork();
    revoke(it);
    await it.receive(it.sealer.changes(0));
    return { it, restored: createSealer(backup, it.sealer.signingKey) };
  }

  async function reconnect(it: TestSync, { lineage }: Sealer): Promise<void> {
    await it.sync.disconnected();
    const { nonce } = it.sync.hello(PROTOCOL_VERSION);
    expect(await it.receive(lineage(nonce, { continues: false }))).toEqual([]);
  }

  test('has its gateways take a whole snapshot, whatever its number, and keep it', async () => {
    const { it, restored } = await openAhead();
    await reconnect(it, restored);
    expect(it.decisions()).toEqual(AFTER);

    const { version, revision } = restored.world.position();
    expect(await it.receive(...restored.snapshot())).toEqual([
      { type: 'ack', version, latest: { version, revision } },
    ]);

    expect([version, it.decisions()]).toEqual([0, BEFORE]);
    const next = await reopen(it);
    expect(next.decisions()).toEqual(BEFORE);
    expect(next.said).toMatchObject({ version, latest: { version, revision } });
  });

  test('is followed also by a gateway that was killed as soon as the snapshot was stored', async () => {
    const own = createIndexStore(ORGANIZATION);
    let isKilled = false;
    const begin = async (bytes?: number) => {
      const draft = await own.begin(bytes);
      const use = async (version: number) => {
        if (isKilled) throw new Error('killed');
        await draft.use(version);
      };
      return { ...draft, use };
    };
    const it = await openTestSync(createSealer(), { keyStore: { ...own, begin } });
    await it.receive(...it.sealer.snapshot());
    const restored = createSealer(it.sealer.world.fork(), it.sealer.signingKey);
    revoke(it);
    await it.receive(it.sealer.changes(0));
    await reconnect(it, restored);
    isKilled = true;

    await it.receive(...restored.snapshot());

    const next = await reopen(it);
    expect([next.said.version, next.decisions()]).toEqual([0, BEFORE]);
  });

  test('is not continued by changes, also when the numbers fit', async () => {
    const { it, restored } = await openAhead();
    restored.world.change(keyOf(1, { status: 'revoked' }));
    restored.world.change(keyOf(4));
    await reconnect(it, restored);

    expect(await it.receive(restored.changes(1))).toEqual([]);
    expect(it.decisions()).toEqual(AFTER);
    await it.receive(...restored.snapshot());
    expect(it.decisions()).toEqual(['revoked', 'valid', 'valid', 'valid']);
  });

  test('does not apply an older message that someone kept', async () => {
    const { it, restored } = await openAhead();
    const [lineage, old] = [it.sealer.lineage(it.said.nonce), it.sealer.snapshot()];
    restored.world.change(keyOf(2, { status: 'disabled' }));
    await reconnect(it, restored);
    await it.receive(...restored.snapshot());

    restored.world.change(keyOf(1, { status: 'revoked' }));
    for (const frame of [lineage, it.sealer.changes(0), ...old, ...it.sealer.snapshot()]) {
      expect(await it.receive(frame)).toMatchObject([{ reason: 'replayed' }]);
    }
    expect(it.decisions()).toEqual(['valid', 'disabled', 'valid', 'not_found']);
  });

  test('is not taken for one by a repeated word, which would open the way back', async () => {
    const it = await openTestSync();
    const lineage = it.sealer.lineage(it.said.nonce, { continues: false });
    const old = it.sealer.snapshot();
    await it.receive(...old);
    revoke(it);
    await it.receive(it.sealer.changes(0));

    expect(await it.receive(lineage)).toMatchObject([{ reason: 'replayed' }]);
    expect(await it.receive(...old)).toMatchObject([{ reason: 'older' }]);
    expect(it.decisions()).toEqual(AFTER);
  });

  test('takes back no further than it says itself', async () => {
    const { it, restored } = await openAhead();
    const old = restored.snapshot();
    restored.world.change(keyOf(3, { status: 'revoked' }));
    await reconnect(it, restored);

    expect(await it.receive(...old)).toMatchObject([{ reason: 'older' }]);
    expect(it.decisions()).toEqual(AFTER);
    await it.receive(...restored.snapshot());
    expect(it.decisions()).toEqual(['valid', 'valid', 'revoked', 'not_found']);
  });
});

test('rejects a lineage that is of another place', async () => {
  for (const place of [{ organizationId: 'org_2' }, { workspaceId: idOf('ws', 2) }]) {
    const it = await openAtStart();
    await it.sync.disconnected();
    const { nonce } = it.sync.hello(PROTOCOL_VERSION);
    const lineage = it.sealer.lineage(nonce, place);
    expect(await it.receive(lineage)).toMatchObject([{ type: 'reject', reason: 'foreign' }]);
    revoke(it);
    expect(await it.receive(it.sealer.changes(0))).toMatchObject([{ reason: 'replayed' }]);
    expect(it.decisions()).toEqual(BEFORE);
  }
});

test('is confirmed as current by its own lineage alone', async () => {
  const it = await openAtStart();
  await it.receive(it.sealer.confirmed(it.said.nonce));
  it.clock.advance(1000);
  await it.connect({ continues: false });
  await it.receive(it.sealer.confirmed(it.said.nonce));
  expect(it.ageMs()).toBe(1000);
  await it.connect();
  revoke(it);
  await it.receive(it.sealer.changes(0));
  // It says that it goes on from a version that it has not reached.
  await it.connect({ continues: true, version: 0 });
  await it.receive(it.sealer.confirmed(it.said.nonce));
  expect(it.ageMs()).toBe(1000);
  await it.connect();
  await it.receive(it.sealer.confirmed(it.said.nonce));
  expect(it.ageMs()).toBe(0);
});

test('says with its version how new that may be, also what it read later than its number', async () => {
  const it = await openAtStart();
  const before = it.sealer.world.version();
  revoke(it);
  const latest = it.sealer.world.position();
  it.sealer.world.change(keyOf(4));
  const later = it.sealer.world.position();

  await it.receive(it.sealer.changes(before, { to: latest.version }));

  expect((await reopen(it)).said).toMatchObject({ version: latest.version, latest: later });
});
