import { useNavigate } from '@tanstack/react-router';
import type { ApiKey } from '@tollkeeper/contract';
import { Ban, CirclePause, CirclePlay, Ellipsis, Eye, RefreshCw, Trash2 } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { CopyIdItem, EditItem, Menu, MenuItem, MenuSeparator } from '../../../components/menu.tsx';
import { useCan, useIdentity } from '../../sessions/index.ts';
import type { KeySearch } from '../list/key-search.ts';
import type { KeyAction } from './key-dialogs.tsx';
import { enableBlock, useStatusChange } from './use-status-change.ts';

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

interface KeyMenuProps {
  readonly apiKey: ApiKey;
  /** On the list: offers to open the key's page, which leads back to this search. */
  readonly search?: KeySearch | undefined;
  readonly onAction: (action: KeyAction) => void;
}

/** Apart from the menu: made only while it is open, of which there is one for each row. */
function KeyMenuItems({ apiKey, search, onAction }: KeyMenuProps) {
  const navigate = useNavigate();
  const changeStatus = useStatusChange();
  const { mayEdit, mayStop } = useKeyPermissions();
  const identity = useIdentity();
  const revoked = apiKey.status === 'revoked';
  return (
    <>
      {search ? (
        <MenuItem
          icon={<Eye size={15} aria-hidden />}
          onSelect={() =>
            navigate({
              to: '/api-keys/$id',
              params: { id: apiKey.id },
              state: (before) => ({ ...before, listSearch: search }),
            })
          }
        >
          View details
        </MenuItem>
      ) : null}
      {mayEdit && !revoked ? (
        <>
          <EditItem onSelect={() => onAction({ kind: 'edit', key: apiKey })} />
          <MenuItem
            icon={<RefreshCw size={15} aria-hidden />}
            onSelect={() => onAction({ kind: 'rotate', key: apiKey })}
          >
            Rotate secret…
          </MenuItem>
        </>
      ) : null}
      {mayStop && apiKey.status === 'active' ? (
        <MenuItem
          icon={<CirclePause size={15} aria-hidden />}
          onSelect={() => changeStatus({ key: apiKey, to: 'disabled' })}
        >
          Disable
        </MenuItem>
      ) : null}
      {mayStop && apiKey.status === 'disabled' ? (
        <MenuItem
          blocked={enableBlock(apiKey, identity)}
          icon={<CirclePlay size={15} aria-hidden />}
          onSelect={() => changeStatus({ key: apiKey, to: 'active' })}
        >
          Enable
        </MenuItem>
      ) : null}
      <CopyIdItem id={apiKey.id} />
      {mayStop ? <MenuSeparator /> : null}
      {mayStop && !revoked ? (
        <MenuItem
          danger
          icon={<Ban size={15} aria-hidden />}
          onSelect={() => onAction({ kind: 'revoke', key: apiKey })}
        >
          Revoke…
        </MenuItem>
      ) : null}
      {mayStop ? (
        <MenuItem
          danger
          icon={<Trash2 size={15} aria-hidden />}
          onSelect={() => onAction({ kind: 'delete', key: apiKey })}
        >
          Delete permanently…
        </MenuItem>
      ) : null}
    </>
  );
}

/** What the member may do to the keys that they see (design, "The API"). */
export function useKeyPermissions() {
  return { mayEdit: useCan('api_keys.create'), mayStop: useCan('api_keys.revoke') };
}
