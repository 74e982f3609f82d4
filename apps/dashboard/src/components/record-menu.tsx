import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Menu } from './menu.tsx';

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
