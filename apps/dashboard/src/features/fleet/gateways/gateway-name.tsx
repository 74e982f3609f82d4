import { LabelChips } from '../label-chips.tsx';
import type { GatewayAction, GatewayDialogProps } from './gateway-action.ts';

const LABELS_SHOWN = 2;

interface GatewayNameProps extends Pick<GatewayDialogProps, 'gateway'> {
  readonly onAction: (action: GatewayAction) => void;
}

/** The name, which opens the details, and the first labels. */
export function GatewayName({ gateway, onAction }: GatewayNameProps) {
  const { name, labels } = gateway;
  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <button
        type="button"
        title={name}
        onClick={() => onAction({ kind: 'view', gateway })}
        className="max-w-full truncate rounded-sm text-left font-medium underline-offset-4 hover:underline"
      >
        {name}
      </button>
      <LabelChips labels={labels} most={LABELS_SHOWN} />
    </div>
  );
}
