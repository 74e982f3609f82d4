import { useQuery } from '@tanstack/react-query';
import type { Billing, PlanOffer } from '@tollkeeper/contract';
import { useState } from 'react';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, Skeleton, usePageTitle } from '../../components/page.tsx';
import { Fact, Facts, Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { formatCount } from '../../lib/format.ts';
import { PLAN_NAMES } from '../organization/index.ts';
import { useCan } from '../sessions/index.ts';
import { ChangePlanDialog } from './change-plan-dialog.tsx';
import { InvoicesPanel } from './invoices-panel.tsx';
import { KeyLimitBar, KeyLimitNotice } from './key-limit.tsx';
import { PaymentDueNotice } from './payment-due-notice.tsx';
import { PlanRequestPanel } from './plan-request-panel.tsx';
import { PlanTable } from './plan-table.tsx';
import { billingQuery, plansQuery } from './queries.ts';
import { useFollowCheckout } from './use-follow-checkout.ts';

interface BillingPageProps {
  /** Whether the person comes back from a checkout that they have paid. */
  readonly isPaid: boolean;
}

export function BillingPage({ isPaid }: BillingPageProps) {
  usePageTitle('Billing');
  const mayRead = useCan('billing.read');
  const billing = useQuery({ ...billingQuery, enabled: mayRead });
  const plans = useQuery({ ...plansQuery, enabled: mayRead });
  const [chosen, setChosen] = useState<PlanOffer>();
  const { data } = billing;
  useFollowCheckout(isPaid, data?.plan);
  const error = billing.error ?? plans.error;
  return (
    <>
      <PageHeader
        title="Billing"
        lead="The plan of your organization limits how many keys you can create. No key stops working because of it."
      />
      {mayRead ? null : <LackedScope scope="billing.read" what="the plan" />}
      {error && !data ? (
        <LoadError what="the plan" error={error} onRetry={() => void billing.refetch()} />
      ) : null}
      {mayRead && !data && !error ? <Skeleton className="h-80 w-full" /> : null}
      {data ? (
        <>
          <KeyLimitNotice {...data.limits.keys} onBillingPage />
          <PaymentDueNotice billing={data} />
          <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
            <div className="flex min-w-0 flex-col gap-5">
              <PlanRequestPanel request={data.request} />
              <PlanTable
                plans={plans.data}
                planChanges={data.planChanges}
                requested={data.request?.status === 'pending' ? data.request.plan : undefined}
                isEnding={isEnding(data)}
                onChoose={setChosen}
              />
              {data.provider === 'manual' ? null : <InvoicesPanel />}
            </div>
            <PlanFacts billing={data} />
          </div>
        </>
      ) : null}
      {chosen && data ? (
        <ChangePlanDialog
          offer={chosen}
          planChanges={data.planChanges}
          keeps={chosen.current && isEnding(data)}
          onClose={() => setChosen(undefined)}
        />
      ) : null}
    </>
  );
}

/** Whether the subscription ends with its period, because somebody chose Free. */
function isEnding({ provider, until, pastDueSince }: Billing): boolean {
  return provider !== 'manual' && until !== null && pastDueSince === null;
}

/** A plan goes on until its end was announced. */
function isPast(time: string): boolean {
  return Date.parse(time) <= Date.now();
}

function PlanFacts({ billing }: { readonly billing: Billing }) {
  const { plan, limits, ownLimit, callsThisMonth, until, planAfter, note, renewsAt } = billing;
  const { used, max } = limits.keys;
  return (
    <Panel title="Your plan">
      <Facts>
        <Fact term="Plan">{PLAN_NAMES[plan]}</Fact>
        <Fact term="Keys">
          {formatCount(used)}
          {max === null ? ', without a limit' : ` of ${formatCount(max)}`}
          <KeyLimitBar used={used} max={max} />
          {ownLimit ? (
            <span className="block text-[0.8125rem] text-soft">
              The operator of this server set this limit for you.
            </span>
          ) : null}
        </Fact>
        <Fact term="Calls">{formatCount(callsThisMonth)} this month</Fact>
        {until ? (
          <Fact term={isPast(until) ? 'Was to end' : 'Ends'}>
            <TimeAgoButton at={until} />
            <span className="block text-[0.8125rem] text-soft">
              {PLAN_NAMES[planAfter ?? 'free']} follows. No key stops working.
            </span>
          </Fact>
        ) : null}
        {renewsAt ? (
          <Fact term={billing.onTrial ? 'Trial ends' : 'Renews'}>
            <TimeAgoButton at={renewsAt} />
            {billing.onTrial ? (
              <span className="block text-[0.8125rem] text-soft">
                The plan is to be paid from then on.
              </span>
            ) : null}
          </Fact>
        ) : null}
        {note ? <Fact term="Note">{note}</Fact> : null}
        <Fact term="Payment">
          {billing.paymentMethod
            ? `${billing.paymentMethod.brand ?? billing.paymentMethod.kind} ${billing.paymentMethod.last4 ?? ''}`
            : billing.provider === 'manual'
              ? 'Agreed on with the operator of this server'
              : 'None yet'}
        </Fact>
      </Facts>
    </Panel>
  );
}
