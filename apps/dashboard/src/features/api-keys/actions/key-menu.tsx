import { Ellipsis } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { Menu } from '../../../components/menu.tsx';
import { KeyMenuItems, type KeyMenuProps } from './key-menu-items.tsx';

/** What can be done to the key, by its status and the member's scopes. */
export function KeyMenu({ apiKey, search, onAction }: KeyMenuProps) {
  return (
    <Menu
      trigger={
        <Button look="quiet" size="icon" aria-label={`Actions for ${apiKey.name}`}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      }
    >
      <KeyMenuItems apiKey={apiKey} search={search} onAction={onAction} />
    </Menu>
  );
}
