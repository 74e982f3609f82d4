import { KeyRound, Plus, SearchX } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/page.tsx';

/** Before the first key: what one is for, and the one button. */
export function NoKeys({ onCreate }: { readonly onCreate: (() => void) | undefined }) {
  return (
    <section aria-label="Keys" className="rounded-xl border border-line bg-surface">
      <EmptyState
        icon={<KeyRound size={24} />}
        title="No keys yet"
        action={
          onCreate ? (
            <Button look="primary" onClick={onCreate}>
              <Plus size={16} aria-hidden />
              Create key
            </Button>
          ) : null
        }
      >
        <p>
          A key lets a tool, a job or a service call your APIs on your behalf. Create one for each:
          your editor, CI, a gateway. Each key can do only what you allow, and you can stop it at
          any time without affecting the others.
        </p>
        {onCreate ? null : <p className="mt-2">Your role cannot create keys. Ask an admin.</p>}
      </EmptyState>
    </section>
  );
}

export function NoMatches({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={<SearchX size={24} />}
      title="No key matches"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      <p>Change the search or the filters to see other keys.</p>
    </EmptyState>
  );
}
