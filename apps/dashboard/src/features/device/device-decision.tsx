import { Button } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { changeSession } from '../../lib/session-endpoint.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useIdentity } from '../sessions/index.ts';

interface DeviceDecisionProps {
  readonly userCode: string;
  readonly onDecided: (status: 'approved' | 'denied') => void;
}

/** Anyone who holds the device will act as this person: the page says who that is, and asks. */
export function DeviceDecision({ userCode, onDecided }: DeviceDecisionProps) {
  const { member, organizations } = useIdentity();
  const approve = useSubmit([], async () => {
    await changeSession('device/approve', { userCode });
    onDecided('approved');
  });
  const deny = useSubmit([], async () => {
    await changeSession('device/deny', { userCode });
    onDecided('denied');
  });
  const refusals = [...approve.errors.form, ...deny.errors.form];
  return (
    <form onSubmit={approve.submit} className="flex flex-col gap-4">
      {refusals.length > 0 ? (
        <Notice tone="bad" urgent>
          {refusals.join(' ')}
        </Notice>
      ) : null}
      <p>Is this the code that your device shows?</p>
      <p className="select-all rounded-lg bg-sunken py-3 text-center font-mono text-2xl tracking-widest">
        <span className="sr-only">Code </span>
        {grouped(userCode)}
      </p>
      <div className="-mx-5 border-line border-y sm:-mx-6">
        <Facts>
          <Fact term="It acts as">
            {member.name}
            <span className="block text-soft">{member.email}</span>
          </Fact>
          <Fact term="In">{organizations.map(({ name }) => name).join(', ')}</Fact>
        </Facts>
      </div>
      <Notice tone="warn">
        Approve only a login that you began yourself just now. Nobody from support asks for it.
      </Notice>
      <div className="flex justify-end gap-2">
        <Button pending={deny.pending} onClick={deny.submit}>
          Deny
        </Button>
        <Button type="submit" look="primary" pending={approve.pending}>
          Approve
        </Button>
      </div>
    </form>
  );
}

/** "ABCD-EFGH", as the command line prints it. */
function grouped(userCode: string): string {
  const plain = userCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : userCode;
}
