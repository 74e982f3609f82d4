import type { Scope, ScopeDescription } from '@tollkeeper/contract';
import { useId } from 'react';
import { TriStateCheckbox } from '../../components/forms/controls.tsx';
import { joinClasses } from '../../lib/join-classes.ts';
import { type ScopesOfResource, selectionState, toggleScopes } from './scope-groups.ts';

interface ScopeGroupChoiceProps {
  readonly group: ScopesOfResource;
  /** What the member holds, and so may give. */
  readonly held: ReadonlySet<Scope>;
  readonly selected: ReadonlySet<Scope>;
  readonly onSelect: (selected: ReadonlySet<Scope>) => void;
}

export function ScopeGroupChoice({ group, held, selected, onSelect }: ScopeGroupChoiceProps) {
  const id = useId();
  const choosable = group.scopes.map(({ name }) => name).filter((name) => held.has(name));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset inside the scopes' own fieldset would be read twice
    <div role="group" aria-label={group.title} className="border-line border-b last:border-b-0">
      <div className="sticky top-0 z-10 flex items-center gap-3 bg-sunken px-3.5 py-2">
        <TriStateCheckbox
          id={id}
          aria-label={`All of ${group.title}`}
          state={selectionState(choosable, selected)}
          disabled={choosable.length === 0}
          onChange={() => onSelect(toggleScopes(choosable, selected))}
        />
        <label htmlFor={id} className="flex-1 font-medium">
          {group.title}
        </label>
        <span className="text-[0.8125rem] text-soft">
          {choosable.filter((name) => selected.has(name)).length} of {group.scopes.length}
        </span>
      </div>
      {group.scopes.map((scope) => (
        <ScopeChoice
          key={scope.name}
          scope={scope}
          held={held.has(scope.name)}
          checked={selected.has(scope.name)}
          onToggle={() => onSelect(toggleScopes([scope.name], selected))}
        />
      ))}
    </div>
  );
}

interface ScopeChoiceProps {
  readonly scope: ScopeDescription;
  readonly held: boolean;
  readonly checked: boolean;
  readonly onToggle: () => void;
}

function ScopeChoice({ scope, held, checked, onToggle }: ScopeChoiceProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className={joinClasses('flex items-start gap-3 px-3.5 py-2', held && 'hover:bg-hover')}
    >
      <input
        id={id}
        type="checkbox"
        aria-label={scope.name}
        aria-describedby={`${id}-what`}
        className="mt-0.5"
        checked={checked}
        disabled={!held && !checked}
        onChange={onToggle}
      />
      <span className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-[12.5rem_minmax(0,1fr)]">
        <code className={joinClasses('font-mono text-[0.8125rem]', !held && 'text-faint')}>
          {scope.name}
        </code>
        <span id={`${id}-what`} className="text-[0.8125rem] text-soft">
          {scope.description}
          {held ? null : (
            <em className="block text-faint">
              {checked
                ? 'You do not hold it: you can only remove it'
                : 'You do not hold it yourself'}
            </em>
          )}
        </span>
      </span>
    </label>
  );
}
