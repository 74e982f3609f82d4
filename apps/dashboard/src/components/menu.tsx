import { Copy, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import { createContext, type ReactNode, type RefObject, use, useRef } from 'react';
import { toast } from 'sonner';
import { copyText } from '../lib/copy-text.ts';
import { joinClasses } from '../lib/join-classes.ts';
import { Button } from './button.tsx';

type Chosen = RefObject<(() => void) | undefined>;

/** What was chosen runs once the menu has given the focus back, so that a dialog can do the same. */
const MenuContext = createContext<Chosen | undefined>(undefined);

interface MenuProps {
  readonly trigger: ReactNode;
  readonly align?: 'start' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly children: ReactNode;
}

export function Menu({ trigger, align = 'end', side = 'bottom', children }: MenuProps) {
  const chosen: Chosen = useRef(undefined);

  function runChosen() {
    if (chosen.current) setTimeout(chosen.current);
    chosen.current = undefined;
  }

  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          onCloseAutoFocus={runChosen}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="animate-fade z-50 min-w-48 max-w-[min(20rem,calc(100vw-1rem))] rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          <MenuContext value={chosen}>{children}</MenuContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  /** Why it cannot be chosen now, shown below its words. */
  readonly blocked?: string | undefined;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon, danger = false, blocked, onSelect, children }: MenuItemProps) {
  const chosen = use(MenuContext);
  return (
    <Radix.Item
      aria-disabled={blocked !== undefined}
      onSelect={(event) => {
        // It stays in the arrow keys' reach, so that everyone can find out why.
        if (blocked !== undefined) event.preventDefault();
        else if (chosen) chosen.current = onSelect;
      }}
      className={joinClasses(
        'flex min-h-8 cursor-pointer select-none items-center gap-2.5 rounded-md px-2.5 py-1.5 outline-none data-highlighted:bg-sunken',
        blocked !== undefined ? 'text-faint' : danger ? 'text-bad-ink' : 'text-ink',
      )}
    >
      {icon}
      {blocked === undefined ? (
        children
      ) : (
        <span>
          {children}
          <span className="block text-[0.8125rem]">{blocked}</span>
        </span>
      )}
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}

interface RecordMenuProps {
  /** What the actions are for: "Actions for Ada Lovelace". */
  readonly name: string;
  readonly children: ReactNode;
}

/** The actions of one row, behind three dots. */
export function RecordMenu({ name, children }: RecordMenuProps) {
  return (
    <Menu
      trigger={
        <Button look="quiet" size="icon" aria-label={`Actions for ${name}`}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      }
    >
      {children}
    </Menu>
  );
}

interface RecordItemProps {
  readonly blocked?: string | undefined;
  readonly onSelect: () => void;
}

export function EditItem(props: RecordItemProps) {
  return (
    <MenuItem icon={<Pencil size={15} aria-hidden />} {...props}>
      Edit…
    </MenuItem>
  );
}

export function DeleteItem(props: RecordItemProps) {
  return (
    <MenuItem danger icon={<Trash2 size={15} aria-hidden />} {...props}>
      Delete…
    </MenuItem>
  );
}

/** In the menu of a row: its id, for the command line and the API. */
export function CopyIdItem({ id }: { readonly id: string }) {
  async function copy() {
    if (await copyText(id)) toast.success('Copied the ID', { description: id });
    else
      toast.error('The browser did not allow copying. Copy the ID by hand.', { description: id });
  }

  return (
    <MenuItem icon={<Copy size={15} aria-hidden />} onSelect={copy}>
      Copy ID
    </MenuItem>
  );
}
