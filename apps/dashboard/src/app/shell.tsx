import { Outlet } from '@tanstack/react-router';
import { Menu as MenuIcon, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { Logo } from '../components/page.tsx';
import { Bell } from '../features/notifications/index.ts';
import { useIdentity } from '../features/sessions/index.ts';
import { useMediaQuery } from '../lib/hooks.ts';
import { SideNav } from './side-nav.tsx';

/** The frame of every page inside: navigation and the page's main part. */
export function Shell() {
  const wide = useMediaQuery('(min-width: 64rem)');
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.75rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-2 font-medium text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      {wide ? (
        <aside className="sticky top-0 h-dvh overflow-y-auto border-line border-r">
          <SideNav />
        </aside>
      ) : (
        <TopBar />
      )}
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-360 px-4 pt-5 pb-16 outline-none sm:px-6 lg:px-8 lg:pt-7"
      >
        <Outlet />
      </main>
    </div>
  );
}

/** The navigation of narrow windows: a bar, and the side navigation in a sheet. */
function TopBar() {
  const [open, setOpen] = useState(false);
  const { organization } = useIdentity();
  return (
    <header className="sticky top-0 z-30 flex h-13 items-center gap-2.5 border-line border-b bg-surface px-4 sm:px-6">
      <Logo size={24} />
      <p className="min-w-0 flex-1 truncate font-semibold">
        Tollkeeper <span className="ml-1 font-normal text-soft">{organization.name}</span>
      </p>
      <Bell />
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger asChild>
          <Button look="quiet" size="icon" aria-label="Open navigation">
            <MenuIcon size={18} aria-hidden />
          </Button>
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className="animate-fade fixed inset-0 z-40 bg-veil/45" />
          <Dialog.Content
            aria-describedby={undefined}
            className="animate-fade fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] overflow-y-auto border-line border-r bg-surface outline-none"
          >
            <Dialog.Title className="sr-only">Navigation</Dialog.Title>
            <Dialog.Close asChild>
              <Button
                look="quiet"
                size="icon"
                aria-label="Close navigation"
                className="absolute top-4 right-3"
              >
                <X size={16} aria-hidden />
              </Button>
            </Dialog.Close>
            <SideNav onNavigate={() => setOpen(false)} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </header>
  );
}
