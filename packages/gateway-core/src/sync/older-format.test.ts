import { expect, it } from 'vitest';
import { createSealer } from '../testing/sealer.ts';
import { keyOf, PERMIT_ALL } from '../testing/world.ts';
import { AFTER, BEFORE, openTestSync, reopen, type TestSync } from './sync.fixture.ts';

const DENIED = ['policy_denied', 'policy_denied', 'policy_denied', 'not_found'];
const FORBID_ALL = {
  ...PERMIT_ALL,
  statements: [{ ...(PERMIT_ALL.statements[0] as object), effect: 'forbid' }],
};

/** With the whole snapshot of a control plane that sends no policies. */
async function openOlder(): Promise<TestSync> {
  const it = await openTestSync(createSealer());
  it.sealer.format = 1;
  it.protocol = 3;
  await it.connect();
  expect(await it.receive(...it.sealer.snapshot())).toMatchObject([{ type: 'ack', version: 0 }]);
  expect(it.decisions()).toEqual(BEFORE);
  return it;
}

it('decides by what an older version has stored, and asks the newer one for a whole snapshot', async () => {
  const older = await openOlder();
  older.sealer.world.change(keyOf(2, { status: 'revoked' }));
  expect(await older.receive(older.sealer.changes(0))).toMatchObject([{ type: 'ack', version: 1 }]);

  const next = await reopen(older);

  expect(next.decisions()).toEqual(AFTER);
  expect(next.said).toMatchObject({ version: null, latest: null });
  next.sealer.world.change(FORBID_ALL);
  next.sealer.format = 2;
  const answers = await next.receive(...next.sealer.snapshot());
  expect(answers).toMatchObject([{ type: 'ack', version: 2 }]);
  expect(next.decisions()).toEqual(['policy_denied', 'revoked', 'policy_denied', 'not_found']);
});

it('keeps its version with one that is as old, and gives it up whichever way that changes', async () => {
  const older = await openOlder();
  await older.connect();
  expect(older.said.version).toBe(0);
  older.protocol = 4;
  await older.connect();
  expect(older.said.version).toBeNull();

  const newer = await openTestSync();
  await newer.receive(...newer.sealer.snapshot());
  await newer.connect();
  expect(newer.said.version).toBe(0);
  newer.protocol = 3;
  await newer.connect();
  expect(newer.said.version).toBeNull();
  expect(newer.decisions()).toEqual(BEFORE);
});

it('never takes parts without policies for a part of those with them', async () => {
  const newer = await openTestSync();
  await newer.receive(...newer.sealer.snapshot());
  newer.sealer.world.change(FORBID_ALL, keyOf(1));
  newer.sealer.format = 1;
  const refused = { type: 'reject', reason: 'malformed' };
  expect(await newer.receive(newer.sealer.changes(0))).toMatchObject([refused]);
  expect(newer.decisions()).toEqual(BEFORE);
  newer.sealer.format = 2;
  expect(await newer.receive(newer.sealer.changes(0))).toMatchObject([{ type: 'ack', version: 1 }]);
  expect(newer.decisions()).toEqual(DENIED);
  const again = await reopen(newer);
  expect(again.decisions()).toEqual(DENIED);
});
