import { AUDIT_TARGET_TYPES } from '@tollkeeper/contract';
import { SlidersHorizontal } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Select } from '../../../components/forms/controls.tsx';
import { SearchBox } from '../../../components/search-box.tsx';
import {
  ACTION_GROUPS,
  actionWords,
  refineAuditSearch,
  type SPANS,
  TARGET_WORDS,
} from '../../audit-events/index.ts';
import { ActorSelect, type EventFilterProps } from './actor-filters.tsx';
import { MoreFilters, moreFiltersCount } from './more-filters.tsx';

export function EventToolbar({ search, onSearch }: EventFilterProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [isCustom, setCustom] = useState(false);
  const count = moreFiltersCount(search);
  const refine = (change: Parameters<typeof refineAuditSearch>[1]) =>
    onSearch(refineAuditSearch(search, change));
  const hasTimes = isCustom || Boolean(search.from || search.to);
  const showsMore = isOpen || count > 0;
  return (
    <search className="mb-3 flex flex-col gap-2">
      <div className="grid grid-cols-2 items-start gap-2 sm:flex sm:flex-wrap">
        <SearchBox
          label="Search events"
          placeholder="Search names"
          text={search.search ?? ''}
          onSettled={(text) => refine({ search: text })}
        />
        <ActorSelect search={search} onSearch={onSearch} />
        <Select
          aria-label="Action"
          className="sm:w-44"
          value={search.action ?? ''}
          options={actionOptions(search.action)}
          onChange={(event) => refine({ action: event.target.value })}
        />
        <Select
          aria-label="Target type"
          className="sm:w-36"
          value={search.type ?? ''}
          options={TYPES}
          onChange={(event) => refine({ type: event.target.value })}
        />
        <Select
          aria-label="Time"
          className="sm:w-36"
          value={search.span ?? (hasTimes ? CUSTOM : '')}
          options={TIMES}
          onChange={({ target: { value } }) => {
            setCustom(value === CUSTOM);
            refine({ span: value === CUSTOM ? '' : value, from: '', to: '' });
          }}
        />
        {count > 0 ? null : (
          <Button aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
            <SlidersHorizontal size={15} aria-hidden />
            {isOpen ? 'Fewer filters' : 'More filters'}
          </Button>
        )}
      </div>
      <div id={id} className="empty:hidden">
        {showsMore || hasTimes ? (
          <MoreFilters
            search={search}
            withTimes={hasTimes}
            withOthers={showsMore}
            onSearch={onSearch}
          />
        ) : null}
      </div>
    </search>
  );
}

const TYPES = [
  { value: '', label: 'Any target' },
  ...AUDIT_TARGET_TYPES.map((type) => ({ value: type, label: TARGET_WORDS[type] })),
];

const CUSTOM = 'custom';
const SPAN_WORDS: Readonly<Record<keyof typeof SPANS, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};
const TIMES = [
  { value: '', label: 'Any time' },
  ...Object.entries(SPAN_WORDS).map(([value, label]) => ({ value, label })),
  { value: CUSTOM, label: 'Between…' },
];

const ACTIONS = ACTION_GROUPS.map(({ group, title, actions }) => ({
  heading: title,
  options: [
    { value: `${group}.*`, label: `${title}: everything` },
    ...Object.entries(actions).map(([verb, label]) => ({ value: `${group}.${verb}`, label })),
  ],
}));

/** The actions that have words, and the one of the address where it has none. */
function actionOptions(chosen: string | undefined) {
  const isListed = ACTIONS.some(({ options }) => options.some(({ value }) => value === chosen));
  const other = chosen && !isListed ? [{ value: chosen, label: actionWords(chosen) }] : [];
  return [{ value: '', label: 'Any action' }, ...other, ...ACTIONS];
}
