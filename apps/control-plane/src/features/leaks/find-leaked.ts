import { CANARY_RETIRED_MS } from '@tollkeeper/protocol';
import { findSecret, hashSecret, isWellFormed, secretFacts } from '@tollkeeper/verify';
import type { Services } from '../../context.ts';

/** A key of this server whose text somebody presented. */
export interface LeakedKey {
  readonly keyId: string;
  readonly organizationId: string;
  /** False for the secret before the last rotation, once its grace has ended: it opens nothing. */
  readonly isInForce: boolean;
}

/**
 * The key that the text is, of whichever organization; undefined for all else. Asks memory alone, so that
 * no number of invented texts costs a query.
 */
export function findLeaked(
  { keys, clock }: Pick<Services, 'keys' | 'clock'>,
  text: string,
): LeakedKey | undefined {
  if (!isWellFormed(text)) return undefined;
  const index = keys.index();
  const facts = secretFacts(index, findSecret(index, hashSecret(text)));
  if (!facts) return undefined;
  const { keyId, organizationId, retiresAtMs } = facts;
  const isInForce =
    retiresAtMs === null || retiresAtMs === CANARY_RETIRED_MS || retiresAtMs > clock().getTime();
  return { keyId, organizationId, isInForce };
}
