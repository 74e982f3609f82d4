import { useMutation, useQuery } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { type ReactNode, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { PasswordField, TypedNameField, untypedWords } from '../../components/forms/line-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { membersQuery } from '../members/index.ts';
import { useCan, useIdentity } from '../sessions/index.ts';
import {
  deleteOrganizationMutation,
  type Organization,
  transferOrganizationMutation,
} from './queries.ts';

interface DangerZoneProps {
  readonly organization: Organization;
  readonly onGone: () => Promise<void>;
}

/** What only the owner may do, and cannot undo alone. */
export function DangerZone({ organization, onGone }: DangerZoneProps) {
  const mayTransfer = useCan('organization.transfer');
  const mayDelete = useCan('organization.delete');
  const [open, setOpen] = useState<'transfer' | 'delete'>();
  const close = () => setOpen(undefined);
  if (!mayTransfer && !mayDelete) return null;
  return (
    <Panel title="Danger zone">
      <ul className="divide-y divide-line px-5 pb-2">
        {mayTransfer ? (
          <Danger
            title="Transfer ownership"
            text="Another member becomes the owner, and you become an admin."
          >
            <Button look="danger" onClick={() => setOpen('transfer')}>
              Transfer…
            </Button>
          </Danger>
        ) : null}
        {mayDelete ? (
          <Danger
            title="Delete the organization"
            text="Every key is revoked at once. The audit log stays for 30 days. Then everything is erased."
          >
            <Button look="danger" onClick={() => setOpen('delete')}>
              Delete…
            </Button>
          </Danger>
        ) : null}
      </ul>
      {open === 'transfer' ? <TransferDialog onClose={close} /> : null}
      {open === 'delete' ? (
        <DeleteOrganizationDialog organization={organization} onClose={close} onGone={onGone} />
      ) : null}
    </Panel>
  );
}

interface DangerProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

function Danger({ title, text, children }: DangerProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0 flex-[1_1_16rem]">
        <h3 className="font-medium">{title}</h3>
        <p className="text-[0.8125rem] text-soft">{text}</p>
      </div>
      {children}
    </li>
  );
}

interface DeleteOrganizationDialogProps {
  readonly organization: Organization;
  readonly onClose: () => void;
  readonly onGone: () => Promise<void>;
}

function DeleteOrganizationDialog({
  organization: { name },
  onClose,
  onGone,
}: DeleteOrganizationDialogProps) {
  const remove = useMutation(deleteOrganizationMutation);
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(['name', 'password'], async () => {
    await remove.mutateAsync({ name, password });
    await onGone();
    // Last, since leaving dismisses the toasts before it.
    toast.success(`Deleted ${name}`);
  });
  return (
    <FormDialog
      danger
      title={`Delete ${name}?`}
      description="Every key of every member is revoked at once, everywhere. A subscription that pays for the plan is canceled at once, without a refund. The audit log is kept for 30 days; then everything is erased. You cannot undo this."
      closesOutside={false}
      submitLabel="Delete organization"
      blocked={untypedWords(typed, name) ?? (password === '' ? 'Enter your password.' : undefined)}
      filled={!form.pending && typed + password !== ''}
      form={form}
      onClose={onClose}
    >
      <TypedNameField
        what="organization"
        name={name}
        typed={typed}
        error={form.errors.fields.name}
        onTyped={setTyped}
      />
      <PasswordField value={password} error={form.errors.fields.password} onValue={setPassword} />
    </FormDialog>
  );
}

function TransferDialog({ onClose }: { readonly onClose: () => void }) {
  const transfer = useMutation(transferOrganizationMutation);
  const self = useIdentity().member.id;
  const { data: members = [] } = useQuery(membersQuery);
  const heirs = members.filter(({ id, status }) => id !== self && status === 'active');
  const [memberId, setMemberId] = useState('');
  const heir = heirs.find(({ id }) => id === memberId);
  const [password, setPassword] = useState('');
  const form = useSubmit(['memberId', 'password'], async () => {
    await transfer.mutateAsync({ memberId, password });
    toast.success('Transferred the organization. You are an admin now.');
    onClose();
  });
  return (
    <FormDialog
      danger
      title="Transfer ownership"
      description="The new owner can do everything, including deleting the organization. You become an admin, and cannot take the ownership back yourself."
      submitLabel="Transfer ownership"
      blocked={blockedWords(memberId, password)}
      filled={memberId + password !== ''}
      form={form}
      onClose={onClose}
    >
      <Field
        label="New owner"
        hint={heirs.length === 0 ? 'There is no other active member yet.' : 'An active member.'}
        error={form.errors.fields.memberId}
      >
        {(control) => (
          <Select
            {...control}
            value={memberId}
            options={[
              ...(memberId ? [] : [{ value: '', label: 'Choose a member' }]),
              ...heirs.map((member) => ({ value: member.id, label: heirLabel(member) })),
            ]}
            onChange={(event) => setMemberId(event.target.value)}
          />
        )}
      </Field>
      {heir && !heir.emailVerified ? (
        <Notice tone="warn" title="Address not confirmed" urgent>
          {heir.name} joined with a link that was sent by hand, so anyone who had the link may hold
          this account. Check with {heir.email} that the account is theirs.
        </Notice>
      ) : null}
      <PasswordField value={password} error={form.errors.fields.password} onValue={setPassword} />
    </FormDialog>
  );
}

function heirLabel({ name, email, emailVerified }: Member): string {
  return `${name} (${email})${emailVerified ? '' : ' · Address not confirmed'}`;
}

function blockedWords(memberId: string, password: string): string | undefined {
  if (memberId === '') return 'Choose the new owner.';
  return password === '' ? 'Enter your password.' : undefined;
}
