import { FINAL_SCOPES, type FinalScope, type Scope } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';

const DEEDS: Readonly<Record<FinalScope, string>> = {
  'organization.delete': 'delete the organization',
  'organization.transfer': 'transfer the organization to another member',
};

/** What a key may do without the password that a person would be asked for. */
export function FinalScopesWarning({ scopes }: { readonly scopes: ReadonlySet<Scope> }) {
  const deeds = FINAL_SCOPES.filter((scope) => scopes.has(scope)).map((scope) => DEEDS[scope]);
  if (deeds.length === 0) return null;
  return (
    <Notice tone="warn" title={`This key can ${deeds.join(' and ')} without a password.`}>
      So can anyone who has its secret.
    </Notice>
  );
}
