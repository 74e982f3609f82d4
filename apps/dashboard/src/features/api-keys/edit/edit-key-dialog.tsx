import { useQuery } from '@tanstack/react-query';
import { Dialog, DialogBody } from '../../../components/dialog.tsx';
import { LoadError } from '../../../components/load-error.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { scopeCatalogQuery } from '../../scopes/index.ts';
import type { KeyDialogProps } from '../actions/key-dialog-props.ts';
import { EditKeyForm } from './edit-key-form.tsx';

/** Name, scopes, expiry and addresses of a key, with what saving changes. */
export function EditKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const { data, error, refetch } = useQuery(scopeCatalogQuery);
  return (
    <Dialog
      title={`Edit ${apiKey.name}`}
      description="The secret stays the same. Changes apply everywhere at once."
      width="wide"
      closesOutside={false}
      onClose={onClose}
    >
      {data ? (
        <EditKeyForm apiKey={apiKey} catalog={data} onClose={onClose} />
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
