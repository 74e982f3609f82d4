import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Fact, Facts } from '../../components/panel.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { useIdentity } from '../sessions/index.ts';
import { decideDeviceMutation } from './queries.ts';

/** Anyone who holds the device will act as this person: the page says who that is, and asks. */
export function DeviceDecision({ userCode }: { readonly userCode: string }) {
  const { member, organizations } = useIdentity();
  const { mutateAsync: decide } = useMutation(decideDeviceMutation);
  const approve = useSubmit([], async () => {
    await decide({ userCode, status: 'approved' });
  });
  const deny = useSubmit([], async () => {
    await decide({ userCode, status: 'denied' });
  });
  return (
    <form onSubmit={approve.submit} className="flex flex-col gap-4">
      <ErrorNotice messages={[...approve.errors.form, ...deny.errors.form]} />
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
        Approve only a login that you started yourself just now. Support never asks you to do this.
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
