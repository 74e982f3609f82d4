import { useQuery } from '@tanstack/react-query';
import type { ApiKey, Cascade } from '@tollkeeper/contract';
import { Notice } from '../../../components/notice.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { cascadesQuery } from '../queries.ts';

/** That what the key created is still being ended, for how long, and how much has ended so far. */
export function CascadeNotice({ apiKey }: { readonly apiKey: ApiKey }) {
  const isRevoked = apiKey.status === 'revoked';
  const { data } = useQuery({ ...cascadesQuery(apiKey.id), enabled: isRevoked });
  if (!isRevoked || !data) return null;
  return data.data.map((cascade) => <Running key={cascade.requestId} cascade={cascade} />);
}

function Running({ cascade }: { readonly cascade: Cascade }) {
  const { startedBy, startedAt, endedCount, stuckAt } = cascade;
  return (
    <Notice
      tone={stuckAt ? 'warn' : 'info'}
      title={`Ending what the key created: ${formatCount(endedCount)} ended so far`}
    >
      {startedBy.name} began it <TimeAgoButton at={startedAt} />. What is left can change nothing,
      but still works for reading and at gateways until it has ended.
      {stuckAt ? (
        <>
          {' '}
          The server could not go on <TimeAgoButton at={stuckAt} />. It tries again within an hour,
          and its log says why.
        </>
      ) : null}
    </Notice>
  );
}
