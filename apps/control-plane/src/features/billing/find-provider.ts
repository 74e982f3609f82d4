import type { BillingProviderName } from '@tollkeeper/contract';
import type { Services } from '../../context.ts';
import type { BillingProvider } from './billing-provider.ts';
import { manualProvider } from './manual-provider.ts';
import { stripeProvider } from './stripe/stripe-provider.ts';

const PROVIDERS: Readonly<Record<BillingProviderName, BillingProvider>> = {
  manual: manualProvider,
  stripe: stripeProvider,
};

export function providerOf({ billing }: Pick<Services, 'billing'>): BillingProvider {
  return PROVIDERS[billing.provider];
}
