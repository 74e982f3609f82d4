import { checkpointText, rootOf, signNote } from '@tollkeeper/transparency-log';
import type { Services } from '../../../context.ts';
import { findLog, logSigner, readHashes } from '../../../transparency-log/index.ts';

type ExactCheckpoint =
  | { readonly kind: 'signed'; readonly note: string }
  /** The events are not in the tree yet; they are about a minute later. */
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * The signed checkpoint of the first `size` events. It is made of what the tree has, and the signature is one of
 * Ed25519, so that it has the same bytes whenever it is made.
 */
export async function readExactCheckpoint(
  services: Pick<Services, 'db' | 'baseUrl' | 'auditLogKey'>,
  organizationId: string,
  size: number,
): Promise<ExactCheckpoint> {
  const { published, problem } = await findLog(services.db, organizationId);
  if (problem !== null) return { kind: 'none', reason: problem };
  if (!published || published.size < size) return { kind: 'not_yet' };
  const signer = logSigner(services, organizationId);
  const rootHash = await rootOf(size, readHashes(services.db, organizationId));
  const note = signNote(checkpointText({ origin: signer.name, size, rootHash }), signer);
  return { kind: 'signed', note };
}
