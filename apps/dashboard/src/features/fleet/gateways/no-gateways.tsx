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
          Put a gateway in front of an internal service, an LLM provider or an MCP server. It admits
          only valid keys, counts every call and stops any key at once. To add the first one, create
          a join key and run one command on the gateway's machine.
        </p>
        {onCreate ? null : <p className="mt-2">Your role cannot create join keys. Ask an admin.</p>}
      </EmptyState>
    </section>
  );
}
