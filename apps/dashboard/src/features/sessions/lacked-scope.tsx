import type { Scope } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';

interface LackedScopeProps {
  readonly scope: Scope;
  /** What the page shows to those who hold it: "roles". */
  readonly what: string;
}

/** In place of a page's content that the member's role does not see. */
export function LackedScope({ scope, what }: LackedScopeProps) {
  return (
    <Notice tone="info" title={`Your role does not allow you to see ${what}`}>
      It lacks the scope <code className="font-mono">{scope}</code>. Ask an admin of the
      organization for a role that holds it.
    </Notice>
  );
}
