import { FINAL_SCOPES, type FinalScope, type Scope } from '@tollkeeper/contract';
import { useState } from 'react';
import { TextInput } from '../../components/forms/controls.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { counted } from '../../lib/format.ts';
import type { ScopeCatalog } from './queries.ts';
import { ScopeGroupChoice } from './scope-group-choice.tsx';
import { groupScopes, searchScopes } from './scope-groups.ts';

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
  const groups = searchScopes(groupScopes(catalog.scopes.map(({ name }) => name)), text);
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
