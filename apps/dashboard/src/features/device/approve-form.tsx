import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { LoadError } from '../../components/load-error.tsx';
import { Notice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { DeviceDecision } from './device-decision.tsx';
import { deviceQuery } from './device-query.ts';

/** The login that the code names: what has become of it, or the question. */
export function ApproveForm({ userCode }: { readonly userCode: string }) {
  const queryClient = useQueryClient();
  const query = deviceQuery(userCode);
  const { data, error, refetch } = useQuery(query);
  if (error instanceof ApiError && error.code === 'validation_failed') return <UnknownCode />;
  if (error) return <LoadError what="the login" error={error} onRetry={refetch} />;
  switch (data?.status) {
    case undefined:
      return <Skeleton className="h-48 w-full" />;
    case 'pending':
      return (
        <DeviceDecision
          userCode={userCode}
          onDecided={(status) =>
            queryClient.setQueryData(query.queryKey, { user_code: userCode, status })
          }
        />
      );
    case 'approved':
      return (
        <Notice tone="info" title="The device is signed in" urgent>
          It continues by itself. You can close this page.
        </Notice>
      );
    default:
      return (
        <Notice tone="warn" title="The login was denied" urgent>
          The device was not signed in. If it was yours, start again there.
        </Notice>
      );
  }
}

function UnknownCode() {
  return (
    <Notice tone="bad" title="The code is not known" urgent>
      It may be mistyped, older than ten minutes, or for someone else. Begin again on the device.
    </Notice>
  );
}
