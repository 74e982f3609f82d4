import type { Plan, PlanChanges, PlanOffer } from '@tollkeeper/contract';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { formatCount } from '../../lib/format.ts';
import { PLAN_NAMES } from '../organization/index.ts';
import { useCan } from '../sessions/index.ts';

interface PlanTableProps {
  /** Undefined while they load. */
  readonly plans: readonly PlanOffer[] | undefined;
  readonly planChanges: PlanChanges;
  /** The plan that a pending request is about. */
  readonly requested: Plan | undefined;
  /** Whether the subscription to the current plan ends with its period, and can be kept. */
  readonly isEnding: boolean;
  readonly onChoose: (offer: PlanOffer) => void;
}

type Row = PlanOffer & { readonly id: string };

export function PlanTable({ plans, planChanges, requested, isEnding, onChoose }: PlanTableProps) {
  const mayManage = useCan('billing.manage');
  const verbFor = ({ plan, current, available }: PlanOffer): string | undefined => {
    if (current) return isEnding && available ? 'Keep' : undefined;
    // It follows already.
    const follows = plan === requested || (isEnding && plan === 'free');
    if (follows || !available) return undefined;
    return planChanges === 'self' ? 'Change' : 'Request';
  };
  const columns: readonly RecordColumn<Row>[] = [
    {
      header: 'Plan',
      cell: ({ plan, current }) => (
        <>
          <span className="font-medium">{PLAN_NAMES[plan]}</span>
          {current ? <Tag>Yours</Tag> : null}
          {plan === requested ? <Tag>Requested</Tag> : null}
        </>
      ),
    },
    {
      header: 'Keys',
      look: 'w-24 text-right sm:w-28',
      cell: ({ keysMax }) => (keysMax === null ? 'Unlimited' : formatCount(keysMax)),
    },
    {
      header: 'Actions',
      look: 'w-24 text-right sm:w-32',
      spoken: true,
      cell: (offer) => {
        const verb = verbFor(offer);
        return mayManage && verb ? (
          <Button
            size="small"
            aria-label={`${verb} ${PLAN_NAMES[offer.plan]}`}
            onClick={() => onChoose(offer)}
          >
            {verb}
          </Button>
        ) : null;
      },
    },
  ];
  return (
    <Panel title="Plans">
      <RecordTable
        caption="Plans"
        columns={columns}
        rows={plans?.map((offer) => ({ ...offer, id: offer.plan }))}
        note={({ current, effect }) =>
          current ? null : <p className="text-[0.8125rem] text-soft">{effect}</p>
        }
      />
    </Panel>
  );
}

function Tag({ children }: { readonly children: string }) {
  return (
    <span className="ml-2 rounded-full bg-tint px-2 py-0.5 font-medium text-accent-strong text-xs">
      {children}
    </span>
  );
}
