import { type Entry, encodePart, PROTOCOL_VERSION } from '@tollkeeper/protocol';
import { createKeyIndex } from '@tollkeeper/verify';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATEMENTS } from '../../../protocol/src/testing/entry.ts';
import { createSealer } from '../testing/sealer.ts';
import { decisionsOf, idOf, keyOf, ORGANIZATION, OWNER, type World } from '../testing/world.ts';
import { applyPart } from './apply-part.ts';
import { openTestSync, reopen, type TestSync } from './sync.fixture.ts';

const KEYS = 6;
const RUNS = process.env.LONG ? 500 : 40;

const key = fc.integer({ min: 1, max: KEYS });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(key, fc.constantFrom('active' as const, 'disabled' as const, 'revoked' as const))
      .map(([number, status]) => keyOf(number, { status })),
  },
  key.map((number) => ({ type: 'key-removed' as const, keyId: idOf('key', number) })),
  fc.boolean().map((active) => ({
    ...{
      type: 'owner' as const,
      memberId: OWNER,
      active,
      scopes: ['policies.read' as const],
      allApiScopes: false,
      roleId: 'role_developer',
    },
  })),
  fc
    .record({ number: fc.integer({ min: 1, max: 3 }), statements: fc.subarray(STATEMENTS) })
    .map(({ number, statements }) => ({
      ...{ type: 'policy' as const, policyId: idOf('pol', number), mode: 'enforce' as const },
      statements,
    })),
  fc.integer({ min: 1, max: 3 }).map((number) => ({
    ...{ type: 'policy-removed' as const, policyId: idOf('pol', number) },
  })),
);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('change' as const), entry }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('deliver' as const), count: fc.nat(4) }) },
  fc.record({ type: fc.constantFrom('disconnect' as const, 'kill' as const, 'lose' as const) }),
  fc.record({ type: fc.constantFrom('resync' as const, 'confirm' as const) }),
  fc.record({ type: fc.constantFrom('backup' as const, 'restore' as const) }),
  fc.record({ type: fc.constant('repeat' as const), at: fc.nat(60) }),
);

/** What would be decided with everything that the control plane knows. */
function expectedOf(world: World): string[] {
  const index = createKeyIndex();
  applyPart(index, ORGANIZATION, encodePart(world.entries()));
  return decisionsOf(index, KEYS);
}

/** A control plane and a gateway, and what is on its way between them. */
async function openPair() {
  let sealer = createSealer();
  let backup = sealer.world.fork();
  let gateway: TestSync = await openTestSync(sealer);
  let sent: number | null = null;
  let asked = '';
  let underway: Uint8Array[] = [];
  const past: Uint8Array[] = [];
  /** That were acknowledged of the lineage that stands. */
  let versions: number[] = [];

  const sendSnapshot = () => {
    underway.push(...sealer.snapshot());
    sent = sealer.world.version();
  };
  const sendChanges = () => {
    if (sent === null || sent === sealer.world.version()) return;
    underway.push(sealer.changes(sent));
    sent = sealer.world.version();
  };
  const confirm = () => {
    const [check] = gateway.sync.check();
    if (check?.type === 'check') asked = check.nonce;
    sendChanges();
    underway.push(sealer.confirmed(asked));
  };
  async function deliver(count: number): Promise<void> {
    for (const frame of underway.splice(0, count)) {
      past.push(frame);
      for (const answer of await gateway.receive(frame)) {
        if (answer.type === 'resync') sendSnapshot();
        if (answer.type === 'ack') versions.push(answer.version);
      }
    }
  }
  async function reconnect(): Promise<void> {
    await gateway.sync.disconnected();
    const { nonce, version, latest } = gateway.sync.hello(PROTOCOL_VERSION);
    asked = nonce;
    const continues = sealer.world.holds(latest);
    const lineage = sealer.lineage(nonce, { continues });
    past.push(lineage);
    expect(await gateway.receive(lineage)).toEqual([]);
    underway = [];
    sent = continues ? version : null;
    if (sent === null) sendSnapshot();
    else sendChanges();
  }
  await reconnect();
  return {
    world: () => sealer.world,
    versions: () => versions,
    gateway: () => gateway,
    reconnect,
    deliver,
    deliverAll: async () => {
      while (underway.length > 0) await deliver(underway.length);
    },
    change: (changed: Entry) => {
      sealer.world.change(changed);
      sendChanges();
    },
    confirm,
    resync: sendSnapshot,
    lose: () => underway.splice(0, 1),
    repeat: (at: number) => underway.unshift(...past.slice(at, at + 1)),
    async kill() {
      gateway = await reopen(gateway);
      await reconnect();
    },
    backUp() {
      backup = sealer.world.fork();
    },
    async restore() {
      sealer = createSealer(backup.fork(), sealer.signingKey);
      versions = [];
      await reconnect();
    },
  };
}

test('whatever is lost, repeated, broken off, killed or restored, it ends as the control plane knows it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const pair = await openPair();
      for (const each of steps) {
        if (each.type === 'change') pair.change(each.entry);
        else if (each.type === 'deliver') await pair.deliver(each.count);
        else if (each.type === 'repeat') pair.repeat(each.at);
        else if (each.type === 'disconnect') await pair.reconnect();
        else if (each.type === 'kill') await pair.kill();
        else if (each.type === 'lose') pair.lose();
        else if (each.type === 'resync') pair.resync();
        else if (each.type === 'backup') pair.backUp();
        else if (each.type === 'restore') await pair.restore();
        else pair.confirm();
      }
      await pair.deliverAll();
      pair.gateway().clock.advance(600_000);
      pair.confirm();
      await pair.deliverAll();

      expect(pair.gateway().sync.version()).toBe(pair.world().version());
      expect(pair.gateway().decisions(KEYS)).toEqual(expectedOf(pair.world()));
      const versions = pair.versions();
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      const restarted = await reopen(pair.gateway());
      expect(restarted.decisions(KEYS)).toEqual(expectedOf(pair.world()));
    }),
    { numRuns: RUNS },
  );
}, 300_000);
