import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { defaultWorkspace, startOrganization } from '../testing/start-organization.ts';
import { createHistories } from './histories.ts';

it('a history that is over cannot be added to, so that the one after it is not given up as well', async () => {
  const { app, owner } = await startOrganization();
  const workspaceId = await defaultWorkspace(owner);
  const lost: string[] = [];
  const { db, log } = app.services;
  const histories = createHistories(db, log, (id) => void lost.push(id));
  const former = histories.epochOf(workspaceId);
  const notHeld = { version: 1_000_000, mark: randomUUID() };
  histories.note(workspaceId, former, notHeld);
  expect(await histories.find(workspaceId)).toBeUndefined();

  histories.note(workspaceId, former, notHeld);

  expect(await histories.find(workspaceId)).toMatchObject({ workspaceId, held: 'yes' });
  expect(lost).toEqual([workspaceId]);
});
