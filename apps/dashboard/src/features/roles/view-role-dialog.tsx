import type { Role } from '@tollkeeper/contract';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/dialog.tsx';
import { counted } from '../../lib/format-count.ts';
import { groupScopes } from '../scopes/index.ts';

interface ViewRoleDialogProps {
  readonly role: Role;
  readonly onClose: () => void;
}

/** All that a role holds, in words. */
export function ViewRoleDialog({ role, onClose }: ViewRoleDialogProps) {
  return (
    <Dialog
      title={role.name}
      description={`${role.builtIn ? 'Built in, fixed' : 'Custom'}. ${counted(role.scopes.length, 'scope')}.`}
      width="wide"
      onClose={onClose}
    >
      <DialogBody>
        {role.description ? <p className="[overflow-wrap:anywhere]">{role.description}</p> : null}
        {role.scopes.length === 0 ? <p className="text-soft">It holds no scope at all.</p> : null}
        <ul
          aria-label="Scopes"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what holds it scrolls, so the keyboard must get in
          tabIndex={0}
          className="flex flex-col gap-4 rounded-sm"
        >
          {groupScopes(role.scopes).map(({ group, title, scopes }) => (
            <li key={group}>
              <h3 className="mb-1 font-medium">{title}</h3>
              <dl className="grid gap-x-4 gap-y-1 text-[0.8125rem] sm:grid-cols-[12.5rem_minmax(0,1fr)]">
                {scopes.map(({ name, description }) => (
                  <div key={name} className="contents">
                    <dt className="font-mono">{name}</dt>
                    <dd className="mb-1.5 text-soft sm:mb-0">{description}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      </DialogBody>
      <DialogFooter>
        <Button data-initial-focus onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
