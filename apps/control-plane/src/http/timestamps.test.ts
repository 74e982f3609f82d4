import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { CREATE_BODY } from '../testing/key-changes.ts';
import { choosePlan } from '../testing/people.ts';
import { claimServer, startTestApp } from '../testing/test-app.ts';

let owner: Client;

beforeAll(async () => {
  const app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

const create = (fields: object) =>
  owner.post<{ id: string }>('/v1/api-keys', { ...CREATE_BODY, ...fields });

it.each([
  ['2040-01-01T00:00:00Z', '2040-01-01T00:00:00.000Z'],
  ['2040-01-01T00:00:00+00:00', '2040-01-01T00:00:00.000Z'],
  ['2040-01-01T00:00:00-00:00', '2040-01-01T00:00:00.000Z'],
  ['2040-01-01T00:00:00+05:45', '2039-12-31T18:15:00.000Z'],
  ['2040-01-01T00:00:00.123456-11:30', '2040-01-01T11:30:00.123Z'],
  ['2040-01-01t00:00:00z', '2040-01-01T00:00:00.000Z'],
  ['2040-01-01t00:00:00.5+05:45', '2039-12-31T18:15:00.500Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('expiresAt is taken with any offset, and answered in UTC: %s', async (expiresAt, utc) => {
  const made = await create({ expiresAt });
  expect(made.body).toMatchObject({ expiresAt: utc });
  const changed = await owner.patch(`/v1/api-keys/${made.body.id}`, { expiresAt });
  expect(changed.body).toMatchObject({ expiresAt: utc });
});
