import { useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { RenameDialog } from '../../../components/rename-dialog.tsx';
import { api } from '../../../lib/api.ts';
import { showChangedKey } from '../key-queries.ts';

export interface KeyDialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

export function RenameKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const queryClient = useQueryClient();

  async function rename(name: string): Promise<string> {
    const renamed = await api.updateKey({ params: { id: apiKey.id }, body: { name } });
    void showChangedKey(queryClient, renamed);
    return renamed.name;
  }

  return <RenameDialog what="key" name={apiKey.name} rename={rename} onClose={onClose} />;
}
