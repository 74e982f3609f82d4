import { formatCount } from '../../../lib/format-count.ts';

const NAMED_MAX = 10;

/** The names of keys; of many, the first ones and how many more there are. */
export function NameList({ keys }: { readonly keys: readonly { id: string; name: string }[] }) {
  const moreCount = keys.length - NAMED_MAX;
  return (
    <ul className="list-disc pl-5 [overflow-wrap:anywhere]">
      {keys.slice(0, NAMED_MAX).map(({ id, name }) => (
        <li key={id}>{name}</li>
      ))}
      {moreCount > 0 ? <li>and {formatCount(moreCount)} more</li> : null}
    </ul>
  );
}
