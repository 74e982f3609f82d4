import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { showChangedGateway } from '../fleet-queries.ts';
import { LabelsField, tooManyLabels } from '../labels-field.tsx';
import type { GatewayDialogProps } from './gateway-action.ts';

export function LabelGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const queryClient = useQueryClient();
  const [labels, setLabels] = useState(gateway.labels);
  const { pending, errors, submit } = useSubmit(['labels'], async () => {
    const changed = await api.updateGateway({ params: { id: gateway.id }, body: { labels } });
    toast.success(`Changed the labels of ${changed.name}`);
    onClose();
    await showChangedGateway(queryClient, changed);
  });
  return (
    <Dialog title={`Labels of ${gateway.name}`} onClose={onClose}>
      <ActionForm
        submitLabel="Save labels"
        blocked={tooManyLabels(labels)}
        filled={JSON.stringify(labels) !== JSON.stringify(gateway.labels)}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LabelsField
          hint="Labels distinguish gateways. A name that exists already gets the new value."
          labels={labels}
          error={errors.fields.labels}
          onLabels={setLabels}
        />
      </ActionForm>
    </Dialog>
  );
}
