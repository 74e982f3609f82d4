import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="divide-y divide-line px-5 pb-2">{children}</dl>;
}

/** An id with its copy button, for the command line and the API. */
export function IdFact({ id }: { readonly id: string }) {
  return (
    <Fact term="ID">
      <span className="flex items-center gap-1">
        <code className="min-w-0 font-mono text-xs">{id}</code>
        <CopyButton
          look="quiet"
          size="icon"
          className="-my-1.5"
          text={id}
          label="Copy ID"
          iconOnly
        />
      </span>
    </Fact>
  );
}

export function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="flex gap-4 py-2.5">
      <dt className="w-28 shrink-0 text-soft">{term}</dt>
      <dd className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
