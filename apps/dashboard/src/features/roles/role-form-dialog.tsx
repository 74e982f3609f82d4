import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tollkeeper/contract';
import { Dialog, DialogBody } from '../../components/dialog.tsx';
import { LoadError } from '../../components/load-error.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { scopeCatalogQuery } from '../scopes/index.ts';
import { RoleForm } from './role-form.tsx';

interface RoleFormDialogProps {
  /** Undefined makes a new one. */
  readonly role?: Role;
  readonly onClose: () => void;
}

export function RoleFormDialog({ role, onClose }: RoleFormDialogProps) {
  const { data, error, refetch } = useQuery(scopeCatalogQuery);
  return (
    <Dialog
      title={role ? `Edit ${role.name}` : 'Create role'}
      {...(role
        ? { description: 'The change applies to the sessions and keys of its members at once.' }
        : {})}
      width="wide"
      closesOutside={false}
      onClose={onClose}
    >
      {data ? (
        <RoleForm role={role} catalog={data} onClose={onClose} />
      ) : (
        <DialogBody>
          {error ? (
            <LoadError what="the scopes" error={error} onRetry={refetch} />
          ) : (
            <Skeleton className="h-96 w-full" />
          )}
        </DialogBody>
      )}
    </Dialog>
  );
}
