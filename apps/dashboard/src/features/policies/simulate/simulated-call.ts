import type { ApiKey, Gateway, PolicyMode, RouteInput, Routes } from '@tollkeeper/contract';

export type SimulationBody = RouteInput<Routes['simulatePolicies']>['body'];

/** A text that is tried: of a policy that is edited, or of one that is not saved yet. */
export interface TriedPolicy {
  readonly id?: string;
  readonly text: string;
  readonly mode: PolicyMode;
  /** Null is every workspace. */
  readonly workspaceId: string | null;
}

/** A call as a person describes it. Texts are empty where nothing is said. */
export interface SimulatedCall {
  readonly key: Pick<ApiKey, 'id' | 'name' | 'workspaceId'> | undefined;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly ip: string;
  /** As `datetime-local` has it, in the time zone of the browser. */
  readonly time: string;
  readonly workspaceId: string;
  readonly gateway: Pick<Gateway, 'id' | 'name' | 'labels'> | undefined;
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  readonly mcpMethod: string;
  readonly mcpTool: string;
}

export const NO_CALL: SimulatedCall = {
  ...{ key: undefined, method: 'GET', path: '/', host: '', ip: '', time: '', workspaceId: '' },
  ...{ gateway: undefined, route: '', headers: {}, model: '', mcpMethod: '', mcpTool: '' },
};

/** What of a body is asked for. Without a text, that is not known, and all of it may be. */
export function bodyPartsOf(policy: Pick<TriedPolicy, 'text'> | undefined) {
  const asks = (part: string) =>
    !policy || new RegExp(`\\bcontext\\s*(\\.|has\\b|\\[\\s*")\\s*${part}\\b`).test(policy.text);
  return { model: asks('model'), mcp: asks('mcp') };
}

/** @param key which the call has, once one is chosen */
export function simulationBody(
  call: SimulatedCall & { readonly key: object },
  policy: TriedPolicy | undefined,
): SimulationBody {
  const { key, method, path, host, ip, time, workspaceId, gateway, route, headers } = call;
  const sent = Object.entries(headers).filter(([, value]) => value !== '');
  return {
    keyId: key.id,
    request: {
      method,
      path: path.trim(),
      ...(host.trim() ? { host: host.trim() } : {}),
      ...(gateway ? { gateway: gateway.name, labels: gateway.labels } : {}),
      ...(route.trim() ? { route: route.trim() } : {}),
      ...(sent.length > 0 ? { headers: Object.fromEntries(sent) } : {}),
      ...bodyOf(call, bodyPartsOf(policy)),
    },
    ...(ip.trim() ? { ip: ip.trim() } : {}),
    ...(time ? { time: new Date(time).toISOString() } : {}),
    ...(workspaceId ? { workspaceId } : {}),
    ...(policy ? { policy: draftOf(policy) } : {}),
  };
}

/** Fields that are not shown say nothing. A tool is called, unless the message says otherwise. */
function bodyOf(call: SimulatedCall, shown: ReturnType<typeof bodyPartsOf>) {
  const [model, method, tool] = [call.model, call.mcpMethod, call.mcpTool].map((each) =>
    each.trim(),
  );
  const message = { method: method || 'tools/call', ...(tool ? { tool } : {}) };
  return {
    ...(shown.model && model ? { model } : {}),
    ...(shown.mcp && (method || tool) ? { mcp: message } : {}),
  };
}

function draftOf({ id, text, mode }: TriedPolicy) {
  return id === undefined ? { text, mode } : { id, text, mode };
}
