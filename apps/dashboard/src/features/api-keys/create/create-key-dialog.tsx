import { useQuery } from '@tanstack/react-query';
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { Dialog } from '../../../components/forms/dialog.tsx';
import { DialogLoading } from '../../../components/forms/form-dialog.tsx';
import { useReturnFocus } from '../../../lib/hooks.ts';
import { organizationQuery } from '../../organization/index.ts';
import { scopeCatalogQuery } from '../../scopes/index.ts';
import { useCan } from '../../sessions/index.ts';
import { useWorkspaces } from '../../workspaces/index.ts';
import { SecretDialog } from '../secret-dialog.tsx';
import { CreateKeyForm } from './create-key-form.tsx';

/** Creating a key: the form, then the secret, once. */
export function CreateKeyFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [created, setCreated] = useState<ApiKeyWithSecret>();
  if (created)
    return (
      <SecretDialog
        onReturnFocus={returnFocus}
        title="Secret of"
        apiKey={created}
        onClose={onClose}
      />
    );
  return <CreateKeyDialog onClose={onClose} onCreated={setCreated} />;
}

interface CreateKeyDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (key: ApiKeyWithSecret) => void;
}

/** Loads what the form offers: profiles, scopes, workspaces and the usual expiry. */
function CreateKeyDialog({ onClose, onCreated }: CreateKeyDialogProps) {
  const seesWorkspaces = useCan('workspaces.read');
  const seesOrganization = useCan('organization.read');
  const catalog = useQuery(scopeCatalogQuery);
  const workspaces = useWorkspaces();
  const organization = useQuery({ ...organizationQuery, enabled: seesOrganization });
  const error = catalog.error ?? workspaces.error ?? organization.error;
  const ready =
    catalog.data &&
    (workspaces.data || !seesWorkspaces) &&
    (organization.data || !seesOrganization);

  async function retry() {
    await Promise.all([catalog.refetch(), workspaces.refetch(), organization.refetch()]);
  }

  return (
    <Dialog title="Create key" width="wide" closesOutside={false} onClose={onClose}>
      {ready ? (
        <CreateKeyForm
          catalog={catalog.data}
          workspaces={workspaces.data ?? []}
          defaultExpiryDays={organization.data?.defaultExpiryDays ?? null}
          onCancel={onClose}
          onCreated={onCreated}
        />
      ) : (
        <DialogLoading what="profiles and scopes" error={error} onRetry={retry} />
      )}
    </Dialog>
  );
}
