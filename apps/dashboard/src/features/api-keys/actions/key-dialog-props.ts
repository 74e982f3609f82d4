import type { ApiKey } from '@tollkeeper/contract';

export interface KeyDialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}
