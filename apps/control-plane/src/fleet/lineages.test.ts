import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { defaultWorkspace, startOrganization } from '../testing/start-organization.ts';
import { createLineages } from './lineages.ts';

it('a lineage that is over cannot be added to, so that the one after it is not given up as well', async () => {
  const { app, owner } = await startOrganization();
  const workspaceId = await defaultWorkspace(owner);
  const lost: string[] = [];
  const { db, log } = app.services;
  const lineages = createLineages(db, log, (id) => void lost.push(id));
  const former = lineages.epochOf(workspaceId);
  const notContained = { version: 1_000_000, revision: randomUUID() };
  lineages.note(workspaceId, former, notContained);
  expect(await lineages.find(workspaceId)).toBeUndefined();

  lineages.note(workspaceId, former, notContained);

  expect(await lineages.find(workspaceId)).toMatchObject({ workspaceId, contained: 'yes' });
  expect(lost).toEqual([workspaceId]);
});
