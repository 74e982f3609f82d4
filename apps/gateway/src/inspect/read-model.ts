import { type BodyFacts, type Denial, pathReadings } from '@tollkeeper/gateway-core';
import type { InspectKind } from '../config/config.ts';
import { invalidMessage, readDenial } from './read-fault.ts';
import { isFault, LEAF, type Members, readMembers, type Wanted } from './read-members.ts';

/** By which routers that speak the API of OpenAI take further models. */
const OTHER_MODELS = [
  ...['models', 'fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'],
  'deployment_id',
];
/** What LiteLLM puts over the body that it sends on. */
const EXTRA: readonly [string, Wanted] = ['extra_body', new Map([['model', LEAF]])];
const WANTED: Wanted = new Map([
  ...['model', ...OTHER_MODELS].map((name): [string, Wanted] => [name, LEAF]),
  EXTRA,
]);
/** Where Azure, and LiteLLM, take the model from, whatever the body says. */
const IN_PATH = /\/(?:deployments|engines)(?:\/|$)/i;

/**
 * The model that a body asks for; none where it is not what decides.
 * @param target path and query
 */
export function readModel(bytes: Buffer, target: string): BodyFacts | Denial {
  const members = readMembers(bytes, WANTED);
  if (isFault(members)) return readDenial(members);
  const model = members.get('model');
  if (model === undefined || model.type === 'null') return {};
  if (model.type !== 'string') return invalidMessage('"model" must be a text.');
  const [path = '', ...query] = target.split('?');
  if (modelsOf(query).some(([, value]) => value !== model.text)) return ELSEWHERE;
  if (hasExtraModel(members)) return ELSEWHERE;
  const isDecided = OTHER_MODELS.some((name) => members.has(name)) || isInPath(path);
  return isDecided ? {} : { model: model.text };
}

/** LiteLLM takes the model from there. */
const ELSEWHERE: Denial = {
  code: 'ambiguous_body',
  detail:
    'The body names a model, and so does its "extra_body", or another one the parameter "model" of the address. Name it once, in "model" of the body.',
};

function modelsOf(query: readonly string[]): [name: string, model: string][] {
  const all = [...new URLSearchParams(query.join('?'))];
  return all.filter(([name]) => name.toLowerCase() === 'model');
}

function hasExtraModel(members: Members): boolean {
  const extra = members.get('extra_body');
  return extra?.type === 'object' && extra.members.has('model');
}

function isInPath(path: string): boolean {
  const { exact = [] } = pathReadings(path) ?? {};
  return [path, ...exact].some((each) => IN_PATH.test(each));
}

/** Elsewhere, each message of a WebSocket can name another model, and is not read. */
const REALTIME = /\/realtime$/;
const UNREAD = invalidMessage(
  'The gateway reads messages here, which it cannot on a WebSocket. Send them as requests.',
);
const SEVERAL: Denial = {
  code: 'malformed_request',
  detail: 'The address has the parameter "model" twice, or in another spelling. Send it once.',
};

/** The model that the address of a WebSocket names, as it does for OpenAI Realtime alone. */
export function readUpgrade(kind: InspectKind | null, target: string): BodyFacts | Denial {
  const [path = '', ...query] = target.split('?');
  if (kind !== 'openai' || !REALTIME.test(path)) return UNREAD;
  const [first, ...others] = modelsOf(query);
  if (!first) return {};
  const [name, model] = first;
  return others.length > 0 || name !== 'model' ? SEVERAL : { model };
}
