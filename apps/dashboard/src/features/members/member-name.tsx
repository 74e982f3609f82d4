import type { Member } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';
import { counted } from '../../lib/format-count.ts';
import { useIdentity } from '../sessions/index.ts';
import { MemberStatusWord } from './member-status-word.tsx';

/** Name and address; in narrow windows also what wide ones show in columns. */
export function MemberName({ member }: { readonly member: Member }) {
  const self = useIdentity().member.id;
  return (
    <>
      <p className="flex min-w-0 items-baseline gap-1.5">
        <span className="truncate font-medium" title={member.name}>
          {member.name}
        </span>
        {member.id === self ? (
          <span className="shrink-0 text-[0.8125rem] text-soft">(you)</span>
        ) : null}
      </p>
      <p className="truncate text-[0.8125rem] text-soft" title={member.email}>
        {member.email}
      </p>
      {member.emailVerified ? null : (
        <p className="mt-1 text-[0.8125rem]">
          <StatusWord tone="warn">Address not confirmed</StatusWord>
        </p>
      )}
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] md:hidden">
        <span className="truncate" title={member.roleName}>
          {member.roleName}
        </span>
        <MemberStatusWord member={member} />
        <span className="text-soft sm:hidden">{counted(member.keysCount, 'live key')}</span>
      </p>
    </>
  );
}
