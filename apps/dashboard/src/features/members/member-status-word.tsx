import type { Member } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';

export function MemberStatusWord({ member }: { readonly member: Member }) {
  return member.status === 'active' ? (
    <StatusWord tone="good">Active</StatusWord>
  ) : (
    <StatusWord tone="warn">Suspended</StatusWord>
  );
}
