import type { BodyFacts, CallSubject, Denial } from '@tollkeeper/gateway-core';
import { bodyTypeFault } from '../inspect/body-type.ts';
import { type CollectLimits, collectBody, lengthFault } from '../inspect/collect-body.ts';
import type { InspectedBody } from '../inspect/inspected-body.ts';
import { jsonRpcForm } from '../inspect/json-rpc-error.ts';
import { readMessage } from '../inspect/read-message.ts';
import { readModel, readUpgrade } from '../inspect/read-model.ts';
import { type Head, hasBody } from '../request/head.ts';
import type { Route } from '../request/routes.ts';
import { type Call, refuseCounted, refuseOnError } from './call.ts';
import { tooManyCalls } from './running-calls.ts';
import type { Services } from './services.ts';

/** A request on a route that inspects, of a key that may call. */
export interface InspectedCall {
  readonly head: Head;
  /** Path and query. */
  readonly target: string;
  readonly route: Route;
  readonly key: CallSubject;
}

/**
 * Reads the body before the call is decided, and holds it for the upstream. A call whose body cannot
 * be inspected is counted as denied.
 * @param decide called unless it was refused, or the client left
 */
export function inspectCall(
  services: Services,
  call: Call,
  inspected: InspectedCall,
  decide: (facts: BodyFacts, body: InspectedBody | undefined) => void,
): void {
  const { head, target, route, key } = inspected;
  const { req, res, upgrade } = call;
  const deny = (denial: Denial) => {
    services.fleet.count(key, false, services.nowMs());
    refuseCounted(services, call, denial, key.keyId);
  };
  const conclude = (facts: BodyFacts | Denial, body?: InspectedBody) => {
    if ('code' in facts) deny(facts);
    else decide(facts, body);
  };
  if (!hasBody(head)) {
    conclude(upgrade ? readUpgrade(route.inspect, target) : {});
    return;
  }
  if (route.inspect === 'mcp') call.denialForm = jsonRpcForm(undefined);
  const limits = limitsOf(services, route);
  const fault =
    bodyTypeFault(req.rawHeaders) ?? lengthFault(Number(head.contentLength ?? 0), limits);
  if (fault) {
    deny(fault);
    return;
  }
  // Already while it is read: the bodies of one key must not take all memory.
  const { callsMax } = services.live.config.perKey;
  if (callsMax !== null && !services.runningCalls.begin(call, key.keyId, callsMax)) {
    deny(tooManyCalls(callsMax));
    return;
  }
  if (req.headers.expect !== undefined) res.writeContinue();
  const memory = services.bodyMemory.ofKey(key.keyId, limits.inspectBytesMax);
  collectBody(call, limits, memory, (body) => {
    refuseOnError(services, call, () => {
      if ('code' in body) deny(body);
      else {
        res.once('close', () => body.release());
        conclude(readFacts(call, inspected, body), body);
      }
    });
  });
}

function limitsOf({ live }: Services, { inspectBytesMax, bodyBytesMax }: Route): CollectLimits {
  return { inspectBytesMax, bodyBytesMax, idleMs: live.config.limits.bodyTimeoutMs };
}

function readFacts(
  call: Call,
  { route, target }: InspectedCall,
  body: InspectedBody,
): BodyFacts | Denial {
  if (body.length === 0) return {};
  if (route.inspect !== 'mcp') return readModel(body.bytes(), target);
  const { id, outcome } = readMessage(body.bytes(), call.req.rawHeaders);
  call.denialForm = jsonRpcForm(id);
  return outcome;
}
