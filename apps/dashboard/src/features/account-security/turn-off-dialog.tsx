import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { changeSession } from '../../lib/session-endpoint.ts';
import { authenticatorQuery } from './account-queries.ts';
import { PasswordDialog } from './password-dialog.tsx';

export function TurnOffDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  return (
    <PasswordDialog
      danger
      title="Turn the authenticator app off?"
      description="You then sign in with your password alone, and the backup codes stop working. An organization that requires a second factor locks you out until you set one up again."
      submitLabel="Turn off"
      ask={(password) => changeSession('two-factor/disable', { password })}
      onAnswer={() => {
        queryClient.setQueryData(authenticatorQuery.queryKey, false);
        toast.success('Turned the authenticator app off');
        onClose();
      }}
      onClose={onClose}
    />
  );
}
