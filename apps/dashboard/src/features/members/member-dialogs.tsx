import { useMutation } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { Dialog } from '../../components/forms/dialog.tsx';
import { ConfirmDialog, FormDialog } from '../../components/forms/form-dialog.tsx';
import { counted } from '../../lib/format.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { OwnEvents } from '../audit-events/index.ts';
import { RoleField, useGrantableRoles } from '../roles/index.ts';
import {
  changeRoleMutation,
  findMember,
  reinstateMemberMutation,
  suspendMemberMutation,
} from './queries.ts';
import { RemoveMemberDialog } from './remove-member-dialog.tsx';

/** What the person has begun to do to a member. */
export interface MemberAction {
  readonly kind: 'events' | 'role' | 'suspend' | 'reinstate' | 'remove';
  readonly member: Member;
}

interface MemberDialogsProps {
  readonly action: MemberAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function MemberDialogs({ action, onClose }: MemberDialogsProps) {
  if (!action) return null;
  const props = { member: action.member, onClose };
  switch (action.kind) {
    case 'events':
      return <EventsDialog {...props} />;
    case 'role':
      return <ChangeRoleDialog {...props} />;
    case 'suspend':
      return <SuspendDialog {...props} />;
    case 'reinstate':
      return <ReinstateDialog {...props} />;
    case 'remove':
      return <RemoveMemberDialog {...props} />;
  }
}

interface MemberDialogProps {
  readonly member: Member;
  readonly onClose: () => void;
}

function EventsDialog({ member: { id, name }, onClose }: MemberDialogProps) {
  return (
    <Dialog title={`Audit log of ${name}`} onClose={onClose}>
      <div className="overflow-y-auto">
        <OwnEvents acts what="member" id={id} />
      </div>
    </Dialog>
  );
}

function ChangeRoleDialog({ member, onClose }: MemberDialogProps) {
  const change = useMutation(changeRoleMutation);
  const roles = useGrantableRoles();
  const { id } = member;
  const { base, draft, setDraft, replaced, save } = useEdit(
    member,
    ({ roleId }) => ({ roleId }),
    () => findMember(id),
  );
  const { roleId } = draft;
  const form = useSubmit(['roleId'], async () => {
    const changed = await save((etag) => change.mutateAsync({ id, roleId, etag }));
    if (!changed) return;
    toast.success(`${changed.name} is now ${changed.roleName}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Change the role of ${base.name}`}
      description={`Currently ${base.roleName}. The new role applies at once, to their sessions and to every key that they own.`}
      submitLabel="Change role"
      blocked={roleId === base.roleId || roleId === '' ? 'Choose another role.' : undefined}
      filled={roleId !== base.roleId}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This member was given another role since you opened the dialog"
        submitLabel="Change role"
        replaced={replaced}
        base={base}
        fieldsOf={({ roleName }) => ({ Role: roleName })}
      />
      <RoleField
        roles={roles}
        roleId={roleId}
        error={form.errors.fields.roleId}
        onRole={(chosen) => setDraft(() => ({ roleId: chosen }))}
      />
    </FormDialog>
  );
}

function SuspendDialog({ member, onClose }: MemberDialogProps) {
  const suspend = useMutation(suspendMemberMutation);
  return (
    <ConfirmDialog
      danger
      title={`Suspend ${member.name}?`}
      description="They cannot sign in to the organization until someone reinstates them."
      confirmLabel="Suspend"
      onConfirm={() => suspend.mutateAsync(member.id)}
      done={`Suspended ${member.name}`}
      onClose={onClose}
    >
      <p>{suspensionWords(member.keysCount)} Nothing is deleted.</p>
    </ConfirmDialog>
  );
}

function suspensionWords(keysCount: number): string {
  if (keysCount === 0) return 'They own no live key. Their sessions are refused at once.';
  return `Their sessions and their ${counted(keysCount, 'live key')} are refused at once, and work again once they are reinstated.`;
}

function ReinstateDialog({ member, onClose }: MemberDialogProps) {
  const reinstate = useMutation(reinstateMemberMutation);
  const { name, roleName, keysCount } = member;
  return (
    <ConfirmDialog
      title={`Reinstate ${name}?`}
      description={`They can use the organization again, as ${roleName}.`}
      confirmLabel="Reinstate"
      onConfirm={() => reinstate.mutateAsync(member.id)}
      done={`Reinstated ${name}`}
      onClose={onClose}
    >
      <p>
        {keysCount === 0
          ? 'They own no live key.'
          : `Their ${counted(keysCount, 'live key')} ${keysCount === 1 ? 'works' : 'work'} again at once. Disabled keys stay disabled.`}
      </p>
    </ConfirmDialog>
  );
}
