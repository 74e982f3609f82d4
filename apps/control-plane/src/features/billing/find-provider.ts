import type { BillingProviderName } from '@tollkeeper/contract';
import type { Services } from '../../context.ts';
import type { BillingProvider } from './billing-provider.ts';
import { manualProvider } from './manual-provider.ts';

const PROVIDERS: Readonly<Record<BillingProviderName, BillingProvider>> = {
  manual: manualProvider,
};

export function providerOf({ billing }: Pick<Services, 'billing'>): BillingProvider {
  return PROVIDERS[billing.provider];
}
