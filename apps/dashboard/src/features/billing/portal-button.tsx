import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { toast } from 'sonner';
import { Button, type ButtonProps } from '../../components/button.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { useCan } from '../sessions/index.ts';
import { openPortalMutation } from './queries.ts';

interface PortalButtonProps extends Pick<ButtonProps, 'size'> {
  readonly children: ReactNode;
}

/** Leads to the portal of the payment provider, for those who may change what is paid there. */
export function PortalButton(props: PortalButtonProps) {
  const mayManage = useCan('billing.manage');
  const portal = useMutation(openPortalMutation);
  if (!mayManage) return null;
  const open = () =>
    portal.mutate(undefined, {
      onError: (error) =>
        toast.error('Cannot open the portal', { description: explainError(error) }),
    });
  return <Button {...props} onClick={open} pending={portal.isPending} />;
}
