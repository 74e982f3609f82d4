import {
  type CedarValueJson,
  type EntityJson,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  policyToText,
  preparsePolicySet,
  statefulIsAuthorized,
  type TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';
import { compilePolicies, type PolicyDecision } from '../../policies/compile-policies.ts';
import { parseDatetime, parseDuration } from '../../policies/datetime.ts';
import { parseDecimal } from '../../policies/decimal.ts';
import { parseIpValue } from '../../policies/ipaddr.ts';
import type { PolicyRequest } from '../../policies/request.ts';
import {
  type Entity,
  type EntityData,
  entityOf,
  recordOf,
  setOf,
  type Value,
} from '../../policies/value.ts';
import { generatePolicy } from './generate-policy.ts';
import { type CedarRequest, generateRequest } from './generate-request.ts';
import { generateProbe } from './probe.ts';
import { createRandom, type Random } from './random.ts';

/** How many requests are asked of each set of policies. */
export const REQUESTS_PER_SET = 5;
/** One set of so many is written as text, and read from it again, before it is compiled. */
const SETS_PER_TEXT = 50;

/** For tests: what happened to the policies of one set and one request. */
export interface OracleCase {
  readonly policies: Readonly<Record<string, PolicyJson>>;
  readonly request: CedarRequest;
  readonly cedar: PolicyDecision;
  readonly ours: PolicyDecision;
  /** By the evaluator for the key of the request. */
  readonly folded: PolicyDecision;
}

/** For tests: random policies and requests, decided by Cedar and by the compiled policies. */
export function* askOracle(seed: number): Generator<OracleCase> {
  const random = createRandom(seed);
  const probe = generateProbe(random);
  const others = random.list(3, () => generatePolicy(random));
  const requests = Array.from({ length: REQUESTS_PER_SET }, () => {
    const request = generateRequest(random, [probe.expression, others]);
    return { request, translated: toPolicyRequest(random, request) };
  });
  const first = requests[0]?.translated;
  const all = first ? [probe.policyFor(first), ...others] : others;
  const policies = Object.fromEntries(all.map((policy, i) => [`policy_${i}`, policy]));
  const asText = random.below(SETS_PER_TEXT) === 0;
  const compiled = compilePolicies(
    Object.entries(asText ? throughText(policies) : policies),
    requests.flatMap(({ translated }) => (random.chance(0.8) ? [translated.action] : [])),
  );
  const parsed = preparsePolicySet('oracle', { staticPolicies: policies });
  if (parsed.type === 'failure') throw new Error(JSON.stringify({ parsed, policies }));
  for (const { request, translated } of requests) {
    yield {
      policies,
      request,
      cedar: askCedar(request),
      ours: compiled.decide(translated),
      folded: compiled.forKey(translated.principal).decide(translated),
    };
  }
}

function throughText(policies: Record<string, PolicyJson>): Record<string, PolicyJson> {
  return Object.fromEntries(Object.entries(policies).map(([id, json]) => [id, rewritten(json)]));
}

function rewritten(json: PolicyJson): PolicyJson {
  const written = policyToText(json);
  if (written.type === 'failure') throw new Error(JSON.stringify({ written, json }));
  const parts = policySetTextToParts(written.text);
  const [text] = parts.type === 'success' ? parts.policies : [];
  const read = policyToJson(text ?? '');
  if (read.type === 'failure') throw new Error(JSON.stringify({ read, json }));
  return read.json;
}

function askCedar(request: CedarRequest): PolicyDecision {
  const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId: 'oracle' });
  if (answer.type === 'failure') throw new Error(JSON.stringify({ answer, request }));
  const { decision, diagnostics } = answer.response;
  const erring = diagnostics.errors.map(({ policyId }) => policyId);
  return { decision, determining: diagnostics.reason.sort(), erring: erring.sort() };
}

/** Principal, action and resource sometimes bring their data along, and sometimes it is looked up. */
function toPolicyRequest(random: Random, request: CedarRequest): PolicyRequest {
  const entities = new Map(
    request.entities.map((each) => [toEntity(each.uid).key, toData(each, request.entities)]),
  );
  const found = (uid: TypeAndId): Entity => {
    const data = entities.get(toEntity(uid).key);
    return random.chance(0.8) ? entityOf(uid.type, uid.id, data) : toEntity(uid);
  };
  return {
    principal: found(request.principal),
    action: found(request.action),
    resource: found(request.resource),
    context: recordOf(toFields(request.context)),
    entities,
  };
}

function toData(entity: EntityJson, entities: readonly EntityJson[]): EntityData {
  const ancestors = new Set<string>();
  const pending = [entity];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const parent of next.parents) {
      const { key } = toEntity(parent);
      ancestors.add(key);
      pending.push(...entities.filter(({ uid }) => toEntity(uid).key === key));
    }
  }
  return {
    attributes: new Map(toFields(entity.attrs)),
    ancestors,
    tags: new Map(toFields(entity.tags ?? {})),
  };
}

function toEntity(json: EntityJson['uid']): Entity {
  const { type, id } = '__entity' in json ? json.__entity : json;
  return entityOf(type, id);
}

function toFields(json: Readonly<Record<string, CedarValueJson>>): [string, Value][] {
  return Object.entries(json).map(([name, value]) => [name, toValue(value)]);
}

const CONSTRUCTORS = {
  ip: parseIpValue,
  decimal: parseDecimal,
  datetime: parseDatetime,
  duration: parseDuration,
};

function toValue(json: CedarValueJson): Value {
  if (json === null) throw new TypeError('Cedar has no null');
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return setOf(json.map(toValue));
  if (Object.hasOwn(json, '__entity')) return toEntity(json as { __entity: TypeAndId });
  if (!Object.hasOwn(json, '__extn')) {
    return recordOf(toFields(json as Record<string, CedarValueJson>));
  }
  const { fn, arg } = (json as { __extn: { fn: keyof typeof CONSTRUCTORS; arg: string } }).__extn;
  const value = CONSTRUCTORS[fn](arg);
  if (value === undefined) throw new TypeError(`Cannot read ${fn}("${arg}")`);
  return value;
}
