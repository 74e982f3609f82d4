/** How long a request waits for the policies, beside Cedar's own evaluator in the same process. */
import {
  type EntityJson,
  type PolicyJson,
  policyToJson,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { parseIpAddress } from '../src/ip-address.ts';
import { compilePolicies } from '../src/policies/compile-policies.ts';
import {
  callRequest,
  KNOWN_ACTIONS,
  keyEntity,
  routeEntity,
} from '../src/policies/entity-model.ts';

const COUNTS = [1, 10, 100, 1000];
/** Calls of ours that are measured together: one is shorter than the clock can tell. */
const BATCH = 20;
const BATCHES = 2000;
/** Those of Cedar, and what is done once for each key, are measured one by one. */
const LONG_CALLS = 100;

export interface PolicyFigures {
  readonly count: number;
  /** Whether each policy is for one key, as most are, or for all. */
  readonly scoped: boolean;
  /** The median in microseconds per request, with what makes the request of the facts. */
  readonly oursUs: number;
  readonly cedarUs: number;
  /** What is spent once for each key and snapshot, in microseconds. */
  readonly forKeyUs: number;
}

export function measurePolicies(): PolicyFigures[] {
  return [true, false].flatMap((scoped) => COUNTS.map((count) => measure(count, scoped)));
}

function measure(count: number, scoped: boolean): PolicyFigures {
  const policies = policiesOf(count, scoped);
  const compiled = compilePolicies(Object.entries(policies), KNOWN_ACTIONS);
  const parsed = preparsePolicySet('bench', { staticPolicies: policies });
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors));
  const key = compiled.forKey(KEY);
  const addresses = ['10.7.0.1', '10.7.0.2'].map(toAddress);
  let turn = 0;
  const ours = () => {
    const ip = addresses[++turn % 2] ?? toAddress('10.7.0.1');
    const call = callRequest(ROUTE, { ip, path: PATH, method: 'GET', time: NOW, headers: [] });
    return key.decide(call).decision;
  };
  if (ours() !== 'allow' || askCedar() !== 'allow') throw new Error('The policies do not permit');
  return {
    ...{ count, scoped },
    oursUs: median(ours, BATCHES, BATCH),
    cedarUs: median(askCedar, LONG_CALLS, 1),
    forKeyUs: median(() => compiled.forKey(KEY), LONG_CALLS, 1),
  };
}

/** In Cedar's JSON form by their ids. The first of them permits `key_0` to read below `/services/0`. */
export function policiesOf(count: number, scoped: boolean): Record<string, PolicyJson> {
  const texts = Array.from({ length: count }, (_, i) => (scoped ? scopedText(i) : openText(i)));
  return Object.fromEntries(texts.map((text, i) => [`pol_${i}`, toJson(text)]));
}

function median(call: () => unknown, batches: number, batch: number): number {
  const times: number[] = [];
  for (let i = 0; i < batches; i++) {
    const startMs = performance.now();
    for (let j = 0; j < batch; j++) call();
    times.push(((performance.now() - startMs) * 1000) / batch);
  }
  return times.sort((a, b) => a - b)[batches / 2] ?? Number.NaN;
}

function scopedText(i: number): string {
  return `permit(principal == ApiKey::"key_${i}", action in Action::"read", resource)
    when { context.path like "/services/*" && context.ip.isInRange(ip("10.0.0.0/8")) };`;
}

/** A permission of one service for everyone in a role: each has to look at path and address. */
function openText(i: number): string {
  return `permit(principal in Role::"role_developer", action in Action::"read", resource)
    when { principal.scopes.contains("apis.call") && context.path like "/services/${i}/*" &&
           context.ip.isInRange(ip("10.0.0.0/8")) };`;
}

function toJson(text: string): PolicyJson {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return answer.json;
}

function toAddress(text: string) {
  const address = parseIpAddress(text);
  if (!address) throw new RangeError(`"${text}" is no address`);
  return address;
}

const NOW = Date.parse('2026-06-01T12:00:00Z');
const PATH = '/services/0/invoices/4711';
const KEY_FACTS = { name: 'ci-pipeline', profile: 'custom', environment: 'live' };
const KEY = keyEntity({
  ...{ keyId: 'key_0', memberId: 'mem_1', roleId: 'role_developer', ...KEY_FACTS },
  ...{ scopes: ['apis.call', 'invoices.read'], tags: ['ci'], createdAt: 0, expiresAt: NOW },
});
const ROUTE_FACTS = { gateway: 'eu-1', path: '/services/*', host: 'api.example.com' };
const ROUTE = routeEntity({ id: 'services', ...ROUTE_FACTS, labels: { region: 'eu' } });

/** The same request for Cedar. */
const ENTITIES: EntityJson[] = [
  {
    uid: { type: 'ApiKey', id: 'key_0' },
    attrs: {
      ...KEY_FACTS,
      ...{ scopes: ['apis.call', 'invoices.read'], tags: ['ci'] },
      createdAt: { __extn: { fn: 'datetime', arg: '1970-01-01' } },
      expiresAt: { __extn: { fn: 'datetime', arg: '2026-06-01T12:00:00Z' } },
    },
    parents: [
      { type: 'Member', id: 'mem_1' },
      { type: 'Role', id: 'role_developer' },
    ],
  },
  { uid: { type: 'Route', id: 'services' }, attrs: ROUTE_FACTS, parents: [] },
  { uid: { type: 'Action', id: 'GET' }, attrs: {}, parents: [{ type: 'Action', id: 'read' }] },
];

function askCedar(): string {
  const answer = statefulIsAuthorized({
    principal: { type: 'ApiKey', id: 'key_0' },
    action: { type: 'Action', id: 'GET' },
    resource: { type: 'Route', id: 'services' },
    context: {
      ...{ path: PATH, method: 'GET', headers: {} },
      ip: { __extn: { fn: 'ip', arg: '10.7.0.1' } },
      time: { __extn: { fn: 'datetime', arg: '2026-06-01T12:00:00Z' } },
    },
    entities: ENTITIES,
    preparsedPolicySetId: 'bench',
  });
  return answer.type === 'success' ? answer.response.decision : 'failure';
}
