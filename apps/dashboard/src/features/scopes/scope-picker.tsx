import { FINAL_SCOPES, type FinalScope, type Scope } from '@tollkeeper/contract';
import { useId, useState } from 'react';
import { TextInput, TriStateCheckbox } from '../../components/forms/controls.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import {
  groupScopes,
  type NamedScope,
  type ScopeCatalog,
  type ScopesOfResource,
  searchScopes,
  selectionState,
  toggleScopes,
} from './scope-catalog.ts';

interface ScopePickerProps {
  readonly catalog: ScopeCatalog;
  readonly selected: ReadonlySet<Scope>;
  readonly error: string | undefined;
  readonly onSelect: (selected: ReadonlySet<Scope>) => void;
}

/** Every scope by resource, with what it allows; those that the member lacks say so. */
export function ScopePicker({ catalog, selected, error, onSelect }: ScopePickerProps) {
  const [text, setText] = useState('');
  const held = new Set(catalog.scopes.filter((scope) => scope.held).map(({ name }) => name));
  // The holder may have API scopes that the person does not see otherwise, and may remove.
  const names = new Set([...catalog.scopes.map(({ name }) => name), ...selected]);
  const groups = searchScopes(groupScopes([...names], catalog), text);
  return (
    <FieldGroup label="Scopes" error={error}>
      <div className="overflow-hidden rounded-lg border border-line">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-canvas p-2.5">
          <TextInput
            type="search"
            aria-label="Search scopes"
            placeholder="Search scopes"
            aria-invalid={error !== undefined}
            value={text}
            onChange={(event) => setText(event.target.value)}
            // Enter searches; it must not submit.
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            className="max-w-64"
          />
          <p role="status" className="text-[0.8125rem] text-soft">
            {counted(selected.size, 'scope')} selected
          </p>
        </div>
        <div className="max-h-80 overflow-y-auto">
          {groups.map((group) => (
            <ScopeGroupChoice
              key={group.group}
              group={group}
              held={held}
              selected={selected}
              onSelect={onSelect}
            />
          ))}
          {groups.length === 0 ? (
            <p className="px-4 py-8 text-center text-soft">No scope matches.</p>
          ) : null}
        </div>
      </div>
    </FieldGroup>
  );
}

const DEEDS: Readonly<Record<FinalScope, string>> = {
  'organization.delete': 'delete the organization',
  'organization.transfer': 'transfer the organization to another member',
};

/** What a key may do without the password that a person would be asked for. */
export function FinalScopesWarning({ scopes }: { readonly scopes: ReadonlySet<Scope> }) {
  const deeds = FINAL_SCOPES.filter((scope) => scopes.has(scope)).map((scope) => DEEDS[scope]);
  if (deeds.length === 0) return null;
  return (
    <Notice tone="warn" title={`This key can ${deeds.join(' and ')} without a password.`}>
      So can anyone who has its secret.
    </Notice>
  );
}

interface ScopeGroupChoiceProps {
  readonly group: ScopesOfResource;
  /** What the member holds, and so may give. */
  readonly held: ReadonlySet<Scope>;
  readonly selected: ReadonlySet<Scope>;
  readonly onSelect: (selected: ReadonlySet<Scope>) => void;
}

function ScopeGroupChoice({ group, held, selected, onSelect }: ScopeGroupChoiceProps) {
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
          {formatCount(choosable.filter((name) => selected.has(name)).length)} of{' '}
          {formatCount(group.scopes.length)}
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
  readonly scope: NamedScope;
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
        <code
          className={joinClasses(
            'min-w-0 font-mono text-[0.8125rem] [overflow-wrap:anywhere]',
            !held && 'text-faint',
          )}
        >
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
