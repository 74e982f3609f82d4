import {
  NOTE_ED25519,
  type NoteSigner,
  type VerifierKey,
  verifierKey,
} from '@tollkeeper/transparency-log';
import type { Services } from '../context.ts';
import type { WriteServices } from '../write/write.ts';

export type LogServices = WriteServices &
  Pick<Services, 'log' | 'baseUrl' | 'auditLogKey' | 'onCheckpoint'>;

/** Name of the organization's log, and of the key that signs its checkpoints. */
export function logOrigin({ baseUrl }: Pick<Services, 'baseUrl'>, organizationId: string): string {
  return `${new URL(baseUrl).host}/${organizationId}`;
}

export function logSigner(
  services: Pick<Services, 'baseUrl' | 'auditLogKey'>,
  organizationId: string,
): NoteSigner {
  const name = logOrigin(services, organizationId);
  return { name, privateKey: services.auditLogKey };
}

export function logVerifierKey(
  services: Pick<Services, 'baseUrl' | 'auditLogKey'>,
  organizationId: string,
): VerifierKey {
  const name = logOrigin(services, organizationId);
  return verifierKey(name, services.auditLogKey, NOTE_ED25519);
}
