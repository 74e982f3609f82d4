import { X } from 'lucide-react';
import { type KeySearch, searchWithoutTag, tagsOf } from './key-search.ts';

interface TagFilterProps {
  readonly search: KeySearch;
  readonly onSearch: (search: KeySearch) => void;
}

/** Tags that each of the listed keys has. A tag comes in by a click on it. */
export function TagFilter({ search, onSearch }: TagFilterProps) {
  const tags = tagsOf(search);
  if (tags.length === 0) return null;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-1.5 text-[0.8125rem]">
      <span className="text-soft">{tags.length === 1 ? 'With the tag' : 'With all the tags'}</span>
      <ul aria-label="Tags to filter by" className="contents">
        {tags.map((tag) => (
          <li
            key={tag}
            className="flex min-w-0 items-center gap-1 rounded-md bg-sunken py-0.5 pr-1 pl-2 [overflow-wrap:anywhere]"
          >
            {tag}
            <button
              type="button"
              aria-label={`Remove the tag ${tag} from the filter`}
              onClick={() => onSearch(searchWithoutTag(search, tag))}
              className="flex size-6 shrink-0 items-center justify-center rounded text-soft hover:bg-line hover:text-ink"
            >
              <X size={13} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
