import { setImmediate } from 'node:timers/promises';
import { encodePart, type PolicyEntry } from '@tollkeeper/protocol';
import { policiesIn } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { idOf, ORGANIZATION_ID } from '../../../protocol/src/testing/entry.ts';
import { statementsOf } from '../../../verify/src/testing/policies/statements.ts';
import { createIndexStore, type IndexStore } from './key-store.ts';
import { requirePart } from './require-part.ts';

const POLICIES = 20;
const TEXT = 'permit (principal, action, resource) when { context.path like "/invoices/*" };';
const PART = encodePart(Array.from({ length: POLICIES }, (_, number) => policy(number)));

function policy(number: number): PolicyEntry {
  return {
    ...{ type: 'policy', policyId: idOf('pol', number), mode: 'enforce' },
    statements: statementsOf(TEXT),
  };
}

/** How often other work had its turn before the promise resolved. */
async function turnsDuring(work: Promise<void>): Promise<number> {
  let isDone = false;
  let turns = 0;
  void work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await setImmediate();
    turns++;
  }
  await work;
  return turns;
}

function inForce(store: IndexStore): number {
  const index = store.index();
  return index ? policiesIn(index, ORGANIZATION_ID, 'ws_1').length : 0;
}

it('serves requests between one policy of a snapshot and the next, by the keys before', async () => {
  const store = createIndexStore(ORGANIZATION_ID);
  const draft = await store.begin();
  expect(await turnsDuring(draft.add(PART))).toBeGreaterThanOrEqual(POLICIES);
  expect(store.index()).toBeUndefined();
  await draft.use(1);
  expect(inForce(store)).toBe(POLICIES);
});

it('serves requests between one policy and the next while a part is checked', async () => {
  const checked = requirePart(ORGANIZATION_ID, PART);
  expect(await turnsDuring(checked)).toBeGreaterThanOrEqual(POLICIES);
});

it('changes nothing before all policies of a part are compiled', async () => {
  const store = createIndexStore(ORGANIZATION_ID);
  await (await store.begin()).use(1);
  const applied = store.apply(PART, 2);
  for (let turn = 0; turn < POLICIES - 1; turn++) {
    expect(inForce(store)).toBe(0);
    await setImmediate();
  }
  await applied;
  expect(inForce(store)).toBe(POLICIES);
});

it('leaves no policy of a snapshot for the first call to compile', async () => {
  const store = createIndexStore(ORGANIZATION_ID);
  const draft = await store.begin();
  await draft.add(PART);
  await draft.use(1);
  const index = store.index();
  const prepared =
    index &&
    policiesIn(index, ORGANIZATION_ID, 'ws_1').filter((each) => index.policies.prepared.has(each));
  expect(prepared).toHaveLength(POLICIES);
});
