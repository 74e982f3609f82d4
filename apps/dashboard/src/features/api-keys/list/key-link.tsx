import { Link } from '@tanstack/react-router';
import type { ApiKey } from '@tollkeeper/contract';
import type { KeySearch } from './key-search.ts';

interface KeyLinkProps {
  readonly apiKey: ApiKey;
  /** The list that the key's page leads back to. */
  readonly search: KeySearch;
}

export function KeyLink({ apiKey, search }: KeyLinkProps) {
  return (
    <Link
      to="/api-keys/$id"
      params={{ id: apiKey.id }}
      state={(before) => ({ ...before, listSearch: search })}
      title={apiKey.name}
      className="block truncate rounded-sm font-medium hover:text-accent-strong hover:underline hover:underline-offset-4"
    >
      {apiKey.name}
    </Link>
  );
}
