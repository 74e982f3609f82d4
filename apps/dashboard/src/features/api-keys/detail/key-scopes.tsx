import type { ApiKeyDetail, Scope } from '@tollkeeper/contract';
import { Check, Minus } from 'lucide-react';
import { Panel } from '../../../components/panel.tsx';
import { counted } from '../../../lib/format.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { type NamedScope, useGroupedScopes } from '../../scopes/index.ts';

/** The key's own scopes, and which of them are in force at this moment. */
export function KeyScopes({ apiKey }: { readonly apiKey: ApiKeyDetail }) {
  const groups = useGroupedScopes(apiKey.scopes);
  const inForce = new Set<Scope>(apiKey.scopesInForce);
  return (
    <Panel
      title="Permissions"
      aside={
        <span className="text-soft">
          {inForce.size} of {counted(apiKey.scopes.length, 'scope')} in force now
        </span>
      }
    >
      <p className="px-5 pb-3 text-soft">{explain(apiKey)}</p>
      <ul className="grid gap-x-8 gap-y-5 px-5 pb-5 md:grid-cols-2">
        {groups.map(({ group, title, scopes }) => (
          <li key={group}>
            <h3 className="mb-1.5 border-line border-b pb-1.5 font-medium">{title}</h3>
            <ul className="flex flex-col gap-2">
              {scopes.map((scope) => (
                <ScopeRow
                  key={scope.name}
                  scope={scope}
                  inForce={inForce.has(scope.name)}
                  refused={apiKey.decision !== 'valid'}
                />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface ScopeRowProps {
  readonly scope: NamedScope;
  readonly inForce: boolean;
  /** The whole key is: said once above, not beside each scope. */
  readonly refused: boolean;
}

function ScopeRow({ scope, inForce, refused }: ScopeRowProps) {
  const Mark = inForce ? Check : Minus;
  return (
    <li className="flex gap-2.5">
      <Mark
        size={15}
        aria-hidden
        className={joinClasses('mt-0.5 shrink-0', inForce ? 'text-good' : 'text-faint')}
      />
      <div className="min-w-0">
        <p className="flex flex-wrap gap-x-2">
          <code
            className={joinClasses(
              'font-mono text-[0.8125rem] [overflow-wrap:anywhere]',
              !inForce && 'text-faint',
            )}
          >
            {scope.name}
          </code>
          <span className={inForce || refused ? 'sr-only' : 'text-[0.8125rem] text-warn-ink'}>
            {inForce ? 'in force' : 'not in force'}
          </span>
        </p>
        <p className="text-[0.8125rem] text-soft">{scope.description}</p>
      </div>
    </li>
  );
}

function explain({ decision, scopes, scopesInForce, createdBy }: ApiKeyDetail): string {
  if (decision !== 'valid') return 'No scope is in force while the key is refused.';
  if (scopesInForce.length === scopes.length) {
    return `All scopes are in force: the role of ${createdBy.name} holds them, too.`;
  }
  return `A key can never do more than its owner can do now. Scopes that are not in force are missing from the role of ${createdBy.name}.`;
}
