import { useRouter } from '@tanstack/react-router';
import { ChevronsUpDown, LogOut, MonitorX, ShieldCheck } from 'lucide-react';
import { mayLeave } from '../components/forms/leave-question.tsx';
import { Menu, MenuItem, MenuSeparator } from '../components/menu.tsx';
import { signOut, signOutEverywhere, useIdentity } from '../features/sessions/index.ts';
import { useLeave } from './use-leave.ts';

export function AccountMenu() {
  const { member } = useIdentity();
  const leave = useLeave();
  const router = useRouter();

  async function end(session: () => Promise<void>) {
    if (await mayLeave()) await leave(session);
  }

  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2.5 rounded-md px-1.5 py-1.5 text-left hover:bg-sunken"
        >
          <span
            aria-hidden
            className="flex size-8 shrink-0 items-center justify-center rounded-full bg-tint font-semibold text-accent-strong"
          >
            {initial(member.name)}
          </span>
          <span className="min-w-0 flex-1 leading-tight">
            <span className="sr-only">Account</span>
            <span className="block truncate font-medium">{member.name}</span>
            <span className="block truncate text-[0.8125rem] text-soft">{member.roleName}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden className="text-faint" />
        </button>
      }
    >
      <div className="px-2.5 py-2 leading-snug">
        <p className="truncate font-medium">{member.name}</p>
        <p className="truncate text-[0.8125rem] text-soft">{member.email}</p>
        <p className="text-[0.8125rem] text-soft">{member.roleName}</p>
      </div>
      <MenuSeparator />
      <MenuItem
        icon={<ShieldCheck size={15} aria-hidden />}
        onSelect={() => router.navigate({ to: '/account-security' })}
      >
        Account security
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut size={15} aria-hidden />} onSelect={() => end(signOut)}>
        Sign out
      </MenuItem>
      <MenuItem icon={<MonitorX size={15} aria-hidden />} onSelect={() => end(signOutEverywhere)}>
        Sign out everywhere
      </MenuItem>
    </Menu>
  );
}

function initial(name: string): string {
  return Array.from(name.trim())[0]?.toUpperCase() ?? '?';
}
