import type { Billing } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { PLAN_NAMES } from '../organization/index.ts';
import { PortalButton } from './portal-button.tsx';

/** Warns while a payment of the subscription is failing, and leads to where it is paid. */
export function PaymentDueNotice({ billing }: { readonly billing: Billing }) {
  const { pastDueSince, plan, until, planAfter } = billing;
  if (pastDueSince === null) return null;
  return (
    <div className="mb-5">
      <Notice tone="warn" title="A payment is due">
        <p>
          A payment of your subscription failed <TimeAgo at={pastDueSince} />.{' '}
          {until ? (
            <>
              {PLAN_NAMES[plan]} ends <TimeAgo at={until} />, and {PLAN_NAMES[planAfter ?? 'free']}{' '}
              follows.
            </>
          ) : (
            'Your plan comes back once it is paid.'
          )}{' '}
          No key stops working.
        </p>
        <div className="mt-3">
          <PortalButton size="small">Update payment</PortalButton>
        </div>
      </Notice>
    </div>
  );
}
