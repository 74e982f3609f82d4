import { IP_ADDRESS } from '@tollkeeper/contract';
import { TextInput } from '../../../components/forms/controls.tsx';
import { Field } from '../../../components/forms/field.tsx';
import { tooLong } from '../../../components/forms/line-field.tsx';
import { SEARCH_LENGTH_MAX } from '../../../components/search-box.tsx';
import { useSettledText } from '../../../lib/use-settled-text.ts';
import { type AuditSearch, refineAuditSearch } from '../../audit-events/index.ts';
import { type EventFilterProps, KeyFilter } from './actor-filters.tsx';

/** How many of the filters below the toolbar are set, the times aside. */
export function moreFiltersCount({ actor, ip, request, target }: AuditSearch): number {
  const key = actor && !actor.startsWith('mem_') ? actor : undefined;
  return [key, ip, request, target].filter(Boolean).length;
}

interface MoreFiltersProps extends EventFilterProps {
  readonly withTimes: boolean;
  readonly withOthers: boolean;
}

export function MoreFilters({ withTimes, withOthers, ...filter }: MoreFiltersProps) {
  const { search, onSearch } = filter;
  const refine = (change: Parameters<typeof refineAuditSearch>[1]) =>
    onSearch(refineAuditSearch(search, change));
  return (
    <div className="grid gap-3 rounded-xl border border-line bg-surface p-4 sm:grid-cols-2 xl:grid-cols-4">
      {withTimes ? (
        <>
          <TimeFilter label="At or after" at={search.from} onTime={(from) => refine({ from })} />
          <TimeFilter label="Before" at={search.to} onTime={(to) => refine({ to })} />
        </>
      ) : null}
      {withOthers ? (
        <>
          <KeyFilter {...filter} />
          <TextFilter
            label="IP address"
            text={search.ip ?? ''}
            placeholder="203.0.113.9"
            rule={(text) => (IP_ADDRESS.test(text) ? undefined : 'Enter an IPv4 or IPv6 address.')}
            onSettled={(ip) => refine({ ip })}
          />
          <TextFilter
            label="Request ID"
            text={search.request ?? ''}
            placeholder="req_…"
            onSettled={(request) => refine({ request })}
          />
          <TextFilter
            label="Target ID"
            text={search.target ?? ''}
            placeholder="key_…"
            onSettled={(target) => refine({ target })}
          />
        </>
      ) : null}
    </div>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly text: string;
  readonly placeholder: string;
  /** What is wrong with the text. */
  readonly rule?: (text: string) => string | undefined;
  readonly onSettled: (text: string) => void;
}

function TextFilter({ label, text, placeholder, rule, onSettled }: TextFilterProps) {
  const [typed, setTyped] = useSettledText(text, (settled) => {
    if (!tooLong(settled, SEARCH_LENGTH_MAX)) onSettled(settled);
  });
  const trimmed = typed.trim();
  const error = tooLong(trimmed, SEARCH_LENGTH_MAX) ?? rule?.(trimmed);
  return (
    <Field label={label} error={trimmed === '' ? undefined : error}>
      {(control) => (
        <TextInput
          {...control}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="font-mono text-[0.8125rem]"
        />
      )}
    </Field>
  );
}

interface TimeFilterProps {
  readonly label: string;
  readonly at: string | undefined;
  readonly onTime: (at: string) => void;
}

/** A moment in the reader's time zone. */
function TimeFilter({ label, at, onTime }: TimeFilterProps) {
  return (
    <Field label={label}>
      {(control) => (
        <TextInput
          {...control}
          type="datetime-local"
          value={at ? toLocal(at) : ''}
          onChange={({ target: { value } }) => onTime(value ? new Date(value).toISOString() : '')}
        />
      )}
    </Field>
  );
}

const MINUTE_MS = 60_000;

function toLocal(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}
