import { Link } from '@tanstack/react-router';
import type { ApiKey } from '@tollkeeper/contract';

/** The API key that created a thing, with a link to it. */
export function CreatingKey({ id, name }: NonNullable<ApiKey['createdByKey']>) {
  if (name === null) {
    return (
      <>
        A key that was deleted, or that you may not see
        <code className="block font-mono text-[0.8125rem] text-soft">{id}</code>
      </>
    );
  }
  return (
    <Link
      to="/api-keys/$id"
      params={{ id }}
      className="text-accent-strong underline underline-offset-4"
    >
      {name}
    </Link>
  );
}
