import { useQueryClient } from '@tanstack/react-query';
import { ENVIRONMENTS } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { FieldGroup } from '../../components/field-group.tsx';
import { LineField } from '../../components/line-field.tsx';
import { RadioRow } from '../../components/radio-row.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { workspacesQuery } from './workspaces-query.ts';

type Environment = (typeof ENVIRONMENTS)[number];

const MEANINGS: Readonly<Record<Environment, { readonly label: string; readonly hint: string }>> = {
  live: { label: 'Live', hint: 'Keys begin with tk_live_: real traffic.' },
  test: { label: 'Test', hint: 'Keys begin with tk_test_: trials, staging, CI.' },
};

export function CreateWorkspaceDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<Environment>('live');
  const { pending, errors, submit } = useSubmit(['name', 'environment'], async () => {
    const creating = api.createWorkspace({ body: { name: name.trim(), environment } });
    const created = await tellAt('name', 'invalid_state', creating);
    toast.success(`Created ${created.name}`);
    onClose();
    await queryClient.invalidateQueries(workspacesQuery);
  });
  return (
    <Dialog title="Create workspace" onClose={onClose}>
      <ActionForm
        submitLabel="Create workspace"
        blocked={name.trim() === '' ? 'Enter a name.' : undefined}
        filled={name.trim() !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          lengthMax={64}
          placeholder="staging"
          error={errors.fields.name}
          value={name}
          onValue={setName}
        />
        <FieldGroup
          label="Environment"
          hint="It cannot be changed later, because it is part of every key."
          error={errors.fields.environment}
        >
          {ENVIRONMENTS.map((each) => (
            <RadioRow
              key={each}
              name="environment"
              {...MEANINGS[each]}
              checked={environment === each}
              onChoose={() => setEnvironment(each)}
            />
          ))}
        </FieldGroup>
      </ActionForm>
    </Dialog>
  );
}
