import { useId, useState } from 'react';
import { TextInput, TriStateCheckbox } from '../../components/forms/controls.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { ACTION_GROUPS } from '../audit-events/index.ts';
import { eventTypesWords } from './webhook-words.tsx';

interface EventTypePickerProps {
  readonly selected: ReadonlySet<string>;
  readonly error: string | undefined;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** All events, whole groups of them, or single ones. A group includes actions that later versions add. */
export function EventTypePicker({ selected, error, onSelect }: EventTypePickerProps) {
  const [text, setText] = useState('');
  const id = useId();
  const isAll = selected.has('*');
  const groups = searchGroups(text);
  return (
    <FieldGroup label="Events" error={error}>
      <div className="overflow-hidden rounded-lg border border-line">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-canvas p-2.5">
          <TextInput
            type="search"
            aria-label="Search events"
            placeholder="Search events"
            value={text}
            onChange={(event) => setText(event.target.value)}
            // Enter searches; it must not submit.
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            className="max-w-64"
          />
          <p role="status" className="min-w-0 flex-[1_1_10rem] truncate text-[0.8125rem] text-soft">
            {selected.size === 0 ? 'None selected' : eventTypesWords([...selected])}
          </p>
        </div>
        <div className="max-h-72 overflow-y-auto">
          <div className="flex items-center gap-3 border-line border-b bg-sunken px-3.5 py-2">
            <input
              id={id}
              type="checkbox"
              checked={isAll}
              onChange={() => onSelect(new Set(isAll ? [] : ['*']))}
            />
            <label htmlFor={id} className="flex-1 font-medium">
              All events
            </label>
          </div>
          {groups.map((group) => (
            <GroupChoice key={group.group} {...group} selected={selected} onSelect={onSelect} />
          ))}
          {groups.length === 0 ? (
            <p className="px-4 py-8 text-center text-soft">No event matches.</p>
          ) : null}
        </div>
      </div>
    </FieldGroup>
  );
}

type Group = (typeof ACTION_GROUPS)[number];

/** Those of which the title, an action or its words have the text. */
function searchGroups(text: string): Group[] {
  const searched = text.trim().toLowerCase();
  return ACTION_GROUPS.map(({ group, title, actions }) => {
    if (title.toLowerCase().includes(searched)) return { group, title, actions };
    const found = Object.entries(actions).filter(([verb, words]) =>
      `${group}.${verb} ${words}`.toLowerCase().includes(searched),
    );
    return { group, title, actions: Object.fromEntries(found) };
  }).filter(({ actions }) => Object.keys(actions).length > 0);
}

interface GroupChoiceProps extends Group, Pick<EventTypePickerProps, 'selected' | 'onSelect'> {}

function GroupChoice({ group, title, actions, selected, onSelect }: GroupChoiceProps) {
  const id = useId();
  const whole = `${group}.*`;
  const isWhole = selected.has('*') || selected.has(whole);
  const types = Object.keys(actions).map((verb) => `${group}.${verb}`);
  const some = types.some((type) => selected.has(type));

  function toggleGroup() {
    const others = [...selected].filter((type) => !type.startsWith(`${group}.`) && type !== '*');
    onSelect(new Set(isWhole ? others : [...others, whole]));
  }

  /** From a whole group, only the others of it stay. */
  function toggle(type: string) {
    const next = new Set(selected);
    if (next.delete(whole)) {
      for (const each of allTypes(group)) if (each !== type) next.add(each);
    } else if (!next.delete(type)) next.add(type);
    onSelect(next);
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset inside the field's own would be read twice
    <div role="group" aria-label={title} className="border-line border-b last:border-b-0">
      <div className="flex items-center gap-3 bg-sunken px-3.5 py-2">
        <TriStateCheckbox
          id={id}
          state={isWhole ? 'all' : some ? 'some' : 'none'}
          disabled={selected.has('*')}
          onChange={toggleGroup}
        />
        <label htmlFor={id} className="flex-1 font-medium">
          {title}
        </label>
        <code className="font-mono text-[0.8125rem] text-soft">{whole}</code>
      </div>
      {Object.entries(actions).map(([verb, words]) => {
        const type = `${group}.${verb}`;
        return (
          <label key={verb} className="flex gap-3 px-3.5 py-1.5 hover:bg-hover">
            <input
              type="checkbox"
              className="mt-0.5"
              checked={isWhole || selected.has(type)}
              disabled={selected.has('*')}
              onChange={() => toggle(type)}
            />
            <span className="min-w-0 flex-1">{words}</span>
            <code className="font-mono text-[0.8125rem] text-soft max-sm:hidden">{type}</code>
          </label>
        );
      })}
    </div>
  );
}

function allTypes(group: string): string[] {
  const { actions = {} } = ACTION_GROUPS.find((each) => each.group === group) ?? {};
  return Object.keys(actions).map((verb) => `${group}.${verb}`);
}
