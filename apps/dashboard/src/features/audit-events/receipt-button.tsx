import { useMutation } from '@tanstack/react-query';
import { FileCheck2 } from 'lucide-react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { api } from '../../lib/api.ts';
import { explainError } from '../../lib/api-errors.ts';
import { downloadFile } from '../../lib/download-file.ts';
import { useCan } from '../sessions/index.ts';

interface ReceiptButtonProps {
  readonly keyId: string;
}

/**
 * Downloads the proof that a key was disabled, revoked or deleted, and which gateways know of it.
 * Nothing without `audit.read`: it shows the event.
 */
export function ReceiptButton({ keyId }: ReceiptButtonProps) {
  const mayRead = useCan('audit.read');
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.getKeyReceipt({ params: { id: keyId } }),
    onSuccess: (receipt) => {
      const fileName = `receipt-${keyId}.json`;
      // The one text of a receipt: its fields come in the order in which they are signed.
      downloadFile(fileName, [JSON.stringify(receipt), '\n']);
      toast.success('Downloaded the receipt', {
        description: `Verify it with "tollkeeper audit verify ${fileName}".`,
      });
    },
    onError: (error) =>
      toast.error('Cannot make the receipt', { description: explainError(error) }),
  });
  if (!mayRead) return null;
  return (
    <Button pending={isPending} onClick={() => mutate()}>
      <FileCheck2 size={15} aria-hidden className="max-sm:hidden" />
      Download receipt
    </Button>
  );
}
