import { TimeAgo } from '../../components/time-ago.tsx';
import { useNow } from '../../lib/use-now.ts';

const SOON_MS = 7 * 86_400_000;

/** When the key expires; what is near stands out. */
export function ExpiryWord({ at }: { readonly at: string | null }) {
  const now = useNow();
  if (at === null) return <span className="text-faint">Never</span>;
  const soon = Date.parse(at) > now && Date.parse(at) - now < SOON_MS;
  return (
    <span className={soon ? 'text-warn-ink' : undefined}>
      <TimeAgo at={at} />
    </span>
  );
}
