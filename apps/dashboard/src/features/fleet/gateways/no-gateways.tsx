import { Plus, Waypoints } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';

/** Before the first gateway: what one is for, and the one button. */
export function NoGateways({ onCreate }: { readonly onCreate: (() => void) | undefined }) {
  return (
    <section aria-label="Gateways" className="rounded-xl border border-line bg-surface">
      <EmptyState
        icon={<Waypoints size={24} />}
        title="No gateways yet"
        action={
          onCreate ? (
            <Button look="primary" onClick={onCreate}>
              <Plus size={16} aria-hidden />
              New join key
            </Button>
          ) : null
        }
      >
        <p>
          Put a gateway in front of an internal service, an LLM provider or an MCP server: from then
          on only keys get through, every call is counted, and each key can be stopped at once. A
          join key lets the first one in, with one line on its machine.
        </p>
        {onCreate ? null : <p className="mt-2">Your role cannot create join keys. Ask an admin.</p>}
      </EmptyState>
    </section>
  );
}
