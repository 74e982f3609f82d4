import type { Member } from '@tollkeeper/contract';

/** What the person has begun to do to a member. */
export interface MemberAction {
  readonly kind: 'role' | 'suspend' | 'reinstate' | 'remove';
  readonly member: Member;
}

export interface MemberDialogProps {
  readonly member: Member;
  readonly onClose: () => void;
}
