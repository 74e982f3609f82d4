import { Link } from '@tanstack/react-router';
import { Popover } from '../../components/popover.tsx';
import { counted } from '../../lib/format.ts';
import { type KeySearch, searchWithTag } from './list/key-search.ts';

interface TagListProps {
  readonly tags: readonly string[];
  /** Names the list. */
  readonly label: string;
  /** The list of keys that a tag narrows down. */
  readonly search?: KeySearch;
}

/** Each tag leads to the keys that have it. */
export function TagList({ tags, label, search = {} }: TagListProps) {
  return (
    <ul aria-label={label} className="flex flex-wrap gap-1.5">
      {tags.map((tag) => (
        <li key={tag} className="min-w-0">
          <TagLink tag={tag} search={search} className="[overflow-wrap:anywhere]" />
        </li>
      ))}
    </ul>
  );
}

interface TagsLineProps {
  readonly holder: { readonly name: string; readonly tags: readonly string[] };
  readonly search: KeySearch;
}

/**
 * The first tag, and a button that shows all where there are more: on one line, however long they are.
 * Nothing without tags.
 */
export function TagsLine({ holder: { name, tags }, search }: TagsLineProps) {
  const [first] = tags;
  if (first === undefined) return null;
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <TagLink tag={first} search={search} className="truncate" />
      {tags.length > 1 ? (
        <Popover
          label={`Tags of ${name}`}
          trigger={
            <button
              type="button"
              className="min-h-6 shrink-0 rounded-sm text-[0.8125rem] text-soft underline decoration-dotted underline-offset-4 hover:text-ink"
            >
              +{tags.length - 1}
              <span className="sr-only">{` more of the tags of ${name}`}</span>
            </button>
          }
        >
          <p className="mb-3 font-medium">{counted(tags.length, 'tag')}</p>
          <TagList tags={tags} label={`Tags of ${name}`} search={search} />
        </Popover>
      ) : null}
    </span>
  );
}

interface TagLinkProps {
  readonly tag: string;
  readonly search: KeySearch;
  readonly className: string;
}

function TagLink({ tag, search, className }: TagLinkProps) {
  return (
    <Link
      to="/api-keys"
      search={searchWithTag(search, tag)}
      title={tag}
      aria-label={`Show keys with the tag ${tag}`}
      className={`block min-h-6 max-w-full rounded-md bg-sunken px-2 py-0.5 text-[0.8125rem] hover:bg-line ${className}`}
    >
      {tag}
    </Link>
  );
}
