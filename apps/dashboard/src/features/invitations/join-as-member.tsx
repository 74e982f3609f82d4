import { Link } from '@tanstack/react-router';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { explainError } from '../../lib/explain-error.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { AcceptStepProps } from './accept-step-props.ts';
import { OtherAddress } from './other-address.tsx';

interface JoinAsMemberProps extends AcceptStepProps {
  readonly onLeft: () => Promise<unknown>;
}

/** The invited person is signed in: one button. */
export function JoinAsMember({ token, invitation, onAccepted, onLeft }: JoinAsMemberProps) {
  const [differs, setDiffers] = useState(false);
  const [lacksFactor, setLacksFactor] = useState<string>();
  const { pending, errors, submit } = useSubmit([], async () => {
    try {
      const { organizationId } = await api.acceptInvitation({ body: { token } });
      await onAccepted(organizationId);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (code === 'invited_address_differs') setDiffers(true);
      else if (code === 'two_factor_required') setLacksFactor(explainError(error));
      else throw error;
    }
  });
  if (differs) return <OtherAddress email={undefined} invited={invitation.email} onLeft={onLeft} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {errors.form.length > 0 ? (
        <Notice tone="bad" urgent>
          {errors.form.join(' ')}
        </Notice>
      ) : null}
      {lacksFactor ? (
        <Notice tone="warn" title="You need your second factor first" urgent>
          {lacksFactor}{' '}
          <Link
            to="/second-factor"
            search={{ from: '/accept-invitation' }}
            className="font-medium underline"
          >
            Continue to your second factor
          </Link>
        </Notice>
      ) : null}
      <p className="[overflow-wrap:anywhere]">
        You join with your account <strong className="font-medium">{invitation.email}</strong>.
      </p>
      <Button type="submit" look="primary" pending={pending}>
        Accept invitation
      </Button>
    </form>
  );
}
