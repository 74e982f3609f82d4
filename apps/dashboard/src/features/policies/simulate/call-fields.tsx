import { queryOptions, useQuery } from '@tanstack/react-query';
import { Select } from '../../../components/forms/controls.tsx';
import { Field } from '../../../components/forms/field.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { api } from '../../../lib/api.ts';
import { readAllPages } from '../../../lib/query-client.ts';
import { useCan } from '../../sessions/index.ts';
import { useWorkspaces, WorkspaceField } from '../../workspaces/index.ts';
import { BodyFields } from './body-fields.tsx';
import { CallingKeyField } from './calling-key-field.tsx';
import type { bodyPartsOf, SimulatedCall } from './simulated-call.ts';

export const CALL_FIELDS = [
  ...['keyId', 'method', 'path', 'host', 'headers', 'gateway', 'labels', 'route'],
  ...['ip', 'time', 'workspaceId', 'policy', 'model', 'mcp'],
] as const;
export type CallField = (typeof CALL_FIELDS)[number];

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

interface CallFieldsProps {
  readonly call: SimulatedCall;
  readonly errors: { readonly [name in CallField]?: string };
  /** The person chooses the workspace, unless the policy that is tried belongs to one. */
  readonly choosesWorkspace: boolean;
  /** Names of headers that the policies ask for, as far as they are known. */
  readonly headers: readonly string[];
  readonly bodyParts: ReturnType<typeof bodyPartsOf>;
  readonly onCall: (part: Partial<SimulatedCall>) => void;
}

/** Which key calls, and what it sends. */
export function CallFields({
  call,
  errors,
  headers,
  bodyParts,
  choosesWorkspace,
  onCall,
}: CallFieldsProps) {
  return (
    <>
      <CallingKeyField chosen={call.key} error={errors.keyId} onKey={(key) => onCall({ key })} />
      <div className="grid gap-4 sm:grid-cols-[7.5rem_minmax(0,1fr)]">
        <Field label="Method" error={errors.method}>
          {(control) => (
            <Select
              {...control}
              value={call.method}
              options={METHODS.map((value) => ({ value, label: value }))}
              onChange={(event) => onCall({ method: event.target.value })}
            />
          )}
        </Field>
        <LineField
          label="Path"
          placeholder="/v1/invoices"
          spellCheck={false}
          error={errors.path}
          value={call.path}
          onValue={(path) => onCall({ path })}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <LineField
          label="Address of the client"
          hint="Leave empty for yours."
          placeholder="203.0.113.9"
          spellCheck={false}
          error={errors.ip}
          value={call.ip}
          onValue={(ip) => onCall({ ip })}
        />
        <LineField
          label="Time"
          type="datetime-local"
          hint="In your time zone. Leave empty for now."
          error={errors.time}
          value={call.time}
          onValue={(time) => onCall({ time })}
        />
        {choosesWorkspace ? <PlaceField call={call} errors={errors} onCall={onCall} /> : null}
        <GatewayField call={call} errors={errors} onCall={onCall} />
        <LineField
          label="Route"
          hint="Optional. Its path at the gateway, for policies that ask for resource.path."
          placeholder="/v1"
          spellCheck={false}
          error={errors.route}
          value={call.route}
          onValue={(route) => onCall({ route })}
        />
        <LineField
          label="Host"
          hint="Optional. For policies that ask for resource.host."
          placeholder="api.example.com"
          spellCheck={false}
          error={errors.host}
          value={call.host}
          onValue={(host) => onCall({ host })}
        />
        <BodyFields call={call} shown={bodyParts} errors={errors} onCall={onCall} />
        {headers.map((name) => (
          <LineField
            key={name}
            label={`Header ${name}`}
            hint="A policy asks for it. Leave empty for a call without it."
            spellCheck={false}
            error={errors.headers}
            value={call.headers[name] ?? ''}
            onValue={(value) => onCall({ headers: { ...call.headers, [name]: value } })}
          />
        ))}
      </div>
    </>
  );
}

type PartProps = Pick<CallFieldsProps, 'call' | 'errors' | 'onCall'>;

function PlaceField({ call, errors, onCall }: PartProps) {
  const { data: workspaces } = useWorkspaces();
  if (!workspaces || workspaces.length < 2) return null;
  return (
    <WorkspaceField
      workspaces={workspaces}
      required
      hint="Where the key is used."
      workspaceId={call.workspaceId}
      error={errors.workspaceId}
      onWorkspace={(workspaceId) => onCall({ workspaceId, gateway: undefined })}
    />
  );
}

function gatewayChoicesQuery(workspaceId: string) {
  return queryOptions({
    queryKey: ['fleet', 'choices', workspaceId],
    queryFn: ({ signal }) =>
      readAllPages((page) =>
        api.listGateways({ query: workspaceId ? { ...page, workspaceId } : page }, { signal }),
      ),
  });
}

function GatewayField({ call, errors, onCall }: PartProps) {
  const mayRead = useCan('fleet.read');
  const { data: gateways } = useQuery({
    ...gatewayChoicesQuery(call.workspaceId),
    enabled: mayRead,
  });
  if (!mayRead) return null;
  const choices = gateways ?? [];
  return (
    <Field
      label="Gateway"
      hint="Optional. Policies can ask for its name and labels."
      error={errors.gateway ?? errors.labels}
    >
      {(control) => (
        <Select
          {...control}
          value={call.gateway?.id ?? ''}
          options={[
            { value: '', label: 'None in particular' },
            ...choices.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) =>
            onCall({ gateway: choices.find(({ id }) => id === event.target.value) })
          }
        />
      )}
    </Field>
  );
}
