import { AlertDialog as Radix } from 'radix-ui';
import { useReturnFocus } from '../lib/use-return-focus.ts';
import { Button } from './button.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly confirmLabel: string;
  readonly cancelLabel: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** A question with two answers, the safe one first and focused. */
export function ConfirmDialog({
  title,
  text,
  confirmLabel,
  cancelLabel,
  onConfirm,
  onCancel,
}: ConfirmDialogProps) {
  const returnFocus = useReturnFocus();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onCancel()}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade fixed inset-0 z-50 bg-veil/45" />
        <Radix.Content
          onCloseAutoFocus={returnFocus}
          className="animate-rise fixed inset-x-4 top-1/2 z-50 mx-auto flex max-w-sm -translate-y-1/2 flex-col gap-4 rounded-xl border border-line bg-surface p-5 shadow-float outline-none"
        >
          <div>
            <Radix.Title className="font-semibold text-base text-ink">{title}</Radix.Title>
            <Radix.Description className="mt-1 text-soft">{text}</Radix.Description>
          </div>
          <div className="flex flex-wrap justify-end gap-2">
            <Radix.Cancel asChild>
              <Button>{cancelLabel}</Button>
            </Radix.Cancel>
            <Button look="danger" onClick={onConfirm}>
              {confirmLabel}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
