import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSealer } from '../testing/sealer.ts';
import { createWorld, idOf, keyOf } from '../testing/world.ts';
import { createDamage } from './damage.fixture.ts';
import { openTestSync, type TestSync } from './sync.fixture.ts';

const CASES = process.env.LONG ? 100_000 : 1500;
const DECISIONS = ['valid', 'revoked', 'valid', 'not_found'];

/** Has applied a snapshot and two changes; what came first would let the revoked key in. */
async function openRevoked(): Promise<{ it: TestSync; old: Uint8Array[] }> {
  const it = await openTestSync();
  const { world } = it.sealer;
  const parts = it.sealer.snapshot();
  world.change(keyOf(4));
  const first = it.sealer.changes(0);
  world.change(keyOf(2, { status: 'revoked' }), { type: 'key-removed', keyId: idOf('key', 4) });
  await it.receive(...parts, first, it.sealer.changes(1));
  expect(it.decisions()).toEqual(DECISIONS);
  return { it, old: [...parts, first] };
}

test(`applies none of ${CASES} damaged, foreign and repeated messages, and reports each`, async () => {
  const { it, old } = await openRevoked();
  const { damage, next } = createDamage(1);
  const foreign = createSealer(createWorld(4));
  const good = [...it.sealer.snapshot(), it.sealer.changes(2), it.sealer.changes(0)];
  const others = [
    ...foreign.snapshot(),
    foreign.changes(0),
    it.sealer.changes(0, { workspaceId: idOf('ws', 9), to: 3 }),
    ...old,
  ];
  const surprises: unknown[] = [];
  const pick = <T>(from: readonly T[]): T => from[next(from.length)] as T;

  for (let count = 0; count < CASES; count++) {
    const original = pick(good);
    const message = next(4) === 0 ? pick(others) : damage(original);
    if (Buffer.compare(message, original) === 0) continue;
    const [answer] = await it.receive(message);
    // The other parts of a snapshot that is rejected go without a word.
    const isSilent = answer === undefined && old.includes(message);
    if (answer?.type !== 'reject' && !isSilent) surprises.push(answer);
  }

  expect(surprises).toEqual([]);
  expect(it.decisions()).toEqual(DECISIONS);
  expect(it.sync.version()).toBe(2);
  it.sealer.world.change(keyOf(4));
  expect(await it.receive(it.sealer.changes(2))).toMatchObject([{ type: 'ack', version: 3 }]);
}, 300_000);

test(`starts with none of ${CASES / 10} damaged files, and reports each`, async () => {
  const { it } = await openRevoked();
  const path = join(it.stateDir, 'snapshot');
  const whole = await readFile(path);
  const { damage } = createDamage(2);
  it.kill();
  const next = await openTestSync(it.sealer, it);
  const surprises: unknown[] = [];

  for (let count = 0; count < CASES / 10; count++) {
    const damaged = damage(whole);
    if (whole.equals(damaged)) continue;
    await writeFile(path, damaged);
    await next.sync.load();
    const [report] = next.sync.welcomed();
    if (next.decisions() || report?.type !== 'reject') surprises.push(damaged);
  }

  expect(surprises).toEqual([]);
  await writeFile(path, whole);
  await next.sync.load();
  expect(next.decisions()).toEqual(DECISIONS);
}, 300_000);
