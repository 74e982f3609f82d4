import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { LineField } from '../../../components/line-field.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { showChangedGateway } from '../fleet-queries.ts';
import type { GatewayDialogProps } from './gateway-action.ts';

export function RenameGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(gateway.name);
  const { pending, errors, submit } = useSubmit(['name'], async () => {
    const params = { id: gateway.id };
    const renamed = await api.updateGateway({ params, body: { name: name.trim() } });
    toast.success(`Renamed to ${renamed.name}`);
    onClose();
    await showChangedGateway(queryClient, renamed);
  });
  return (
    <Dialog title="Rename gateway" onClose={onClose}>
      <ActionForm
        submitLabel="Rename"
        disabled={name.trim() === '' || name === gateway.name}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          maxLength={64}
          error={errors.fields.name}
          value={name}
          onFocus={(event) => event.target.select()}
          onValue={setName}
        />
      </ActionForm>
    </Dialog>
  );
}
