import { eq } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { user } from '../../db/schema/index.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { OWNER } from '../../testing/test-app.ts';
import { type AuthRequest, runAuthRequest } from './auth-transaction.ts';

let app: TestOrganization['app'];
let userId: string;

beforeAll(async () => {
  ({ app } = await startOrganization());
  ({ userId } = await claimedOrganization(app));
});

async function nameOf(): Promise<string | undefined> {
  const [row] = await app.services.db
    .select({ name: user.name })
    .from(user)
    .where(eq(user.id, userId));
  return row?.name;
}

async function rename(request: AuthRequest): Promise<void> {
  const tx = await request.begin();
  await tx.update(user).set({ name: 'renamed' }).where(eq(user.id, userId));
}

it.each([
  ['audited', true],
  ['not audited', false],
])(
  'a request that is %s keeps nothing of what it wrote unless it says so',
  async (_, isAudited) => {
    const { db } = app.services;
    const options = { caller: { userId }, isAudited };
    const failing = runAuthRequest(db, options, async (request) => {
      await rename(request);
      throw new Error('what follows failed');
    });
    await expect(failing).rejects.toThrow('what follows failed');
    expect(await nameOf()).toBe(OWNER.name);

    const refused = { result: 'refused', isKept: false };
    await runAuthRequest(db, options, async (request) => {
      await rename(request);
      return refused;
    });
    expect(await nameOf()).toBe(OWNER.name);
  },
);
