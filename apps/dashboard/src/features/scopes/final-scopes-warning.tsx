import type { Scope } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';

const DEEDS = [
  ['organization.delete', 'delete the organization'],
  ['organization.transfer', 'transfer the organization to another member'],
] as const;

/** What a key may do without the password that a person would be asked for. */
export function FinalScopesWarning({ scopes }: { readonly scopes: ReadonlySet<Scope> }) {
  const deeds = DEEDS.filter(([scope]) => scopes.has(scope)).map(([, deed]) => deed);
  if (deeds.length === 0) return null;
  return (
    <Notice tone="warn" title={`This key can ${deeds.join(' and ')} without a password.`}>
      So can anyone who has its secret.
    </Notice>
  );
}
