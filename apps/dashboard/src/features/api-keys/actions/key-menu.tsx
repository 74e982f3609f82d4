import { Ellipsis } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { Menu } from '../../../components/menu.tsx';
import { KeyMenuItems, type KeyMenuProps } from './key-menu-items.tsx';
import { useKeyPermissions } from './use-key-permissions.ts';

/** What can be done to the key, by its status and the member's scopes. */
export function KeyMenu({ apiKey, search, onAction }: KeyMenuProps) {
  const { mayEdit, mayStop } = useKeyPermissions();
  if (!search && !mayStop && (!mayEdit || apiKey.status === 'revoked')) return null;

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
