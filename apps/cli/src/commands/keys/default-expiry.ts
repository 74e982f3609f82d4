import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';

/** As in the dashboard, where the organization has no default of its own. */
const EXPIRY_DAYS = 90;
const DAY_MS = 86_400_000;

type Create = (expiry: { readonly expiresAt?: string }) => Promise<ApiKeyWithSecret>;

/**
 * Creates a key that nobody gave an expiry: the organization's default, else 90 days. Where a rule
 * or the creating key ends sooner than that, the server chooses the end.
 */
export async function withDefaultExpiry(
  client: Client,
  now: Date,
  create: Create,
): Promise<ApiKeyWithSecret> {
  if (await hasDefaultExpiry(client)) return create({});
  const expiresAt = new Date(now.getTime() + EXPIRY_DAYS * DAY_MS).toISOString();
  try {
    return await create({ expiresAt });
  } catch (error) {
    if (endsSooner(error)) return create({});
    throw error;
  }
}

/** Not every credential may read the organization; without its word, the default is ours. */
async function hasDefaultExpiry(client: Client): Promise<boolean> {
  try {
    return (await client.getOrganization()).defaultExpiryDays !== null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}

function endsSooner(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { code, errors = [] } = error.problem;
  return code === 'ceiling_exceeded' || errors.some(({ path }) => path === 'expiresAt');
}
