import { Menu as MenuIcon, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { Logo } from '../components/page.tsx';
import { useIdentity } from '../features/sessions/index.ts';
import { SideNav } from './side-nav.tsx';

/** The navigation of narrow windows: a bar, and the side navigation in a sheet. */
export function TopBar() {
  const [open, setOpen] = useState(false);
  const { organization } = useIdentity();
  return (
    <header className="sticky top-0 z-30 flex h-13 items-center gap-2.5 border-line border-b bg-surface px-4 sm:px-6">
      <Logo size={24} />
      <p className="min-w-0 flex-1 truncate font-semibold">
        Tollkeeper <span className="ml-1 font-normal text-soft">{organization.name}</span>
      </p>
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
