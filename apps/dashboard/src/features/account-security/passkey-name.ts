import type { Passkey } from './account-queries.ts';

export function passkeyName({ name }: Pick<Passkey, 'name'>): string {
  return name?.trim() || 'Passkey without a name';
}
