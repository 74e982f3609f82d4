import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LineField, tooLong } from '../../components/line-field.tsx';
import { changeSession, readSession } from '../../lib/session-endpoint.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { explainPasskeyError, makePasskey } from '../../lib/web-authn.ts';
import { passkeysQuery } from './account-queries.ts';

export function AddPasskeyDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<string>();
  const { pending, errors, submit } = useSubmit([], async () => {
    setRefused(undefined);
    try {
      const response = await makePasskey(await readSession('passkey/generate-register-options'));
      await changeSession('passkey/verify-registration', { response, name: name.trim() });
    } catch (error) {
      const explained = explainPasskeyError(error);
      if (explained === undefined) throw error;
      setRefused(explained);
      return;
    }
    toast.success(`Added ${name.trim()}`);
    await queryClient.invalidateQueries(passkeysQuery);
    onClose();
  });
  return (
    <Dialog
      title="Add a passkey"
      description="Your browser then asks for your fingerprint, face, PIN or security key."
      closesOutside={false}
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Continue"
        blocked={name.trim() === '' ? 'Enter a name.' : tooLong(name, 64)}
        filled={name !== ''}
        pending={pending}
        errors={refused ? [refused] : errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          hint="Such as the device or the password manager that stores it."
          lengthMax={64}
          placeholder="Work laptop"
          error={undefined}
          value={name}
          onValue={setName}
        />
      </ActionForm>
    </Dialog>
  );
}
