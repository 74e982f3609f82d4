import { type BodyFacts, type Denial, pathReadings } from '@tollkeeper/gateway-core';
import type { InspectKind } from '../config/config.ts';
import { invalidMessage, readDenial } from './read-fault.ts';
import { isFault, LEAF, readMembers, type Wanted } from './read-members.ts';

/** By which routers that speak the API of OpenAI take further models. */
const OTHER_MODELS = ['models', 'fallbacks'];
const WANTED: Wanted = new Map(['model', ...OTHER_MODELS].map((name) => [name, LEAF]));
/** Where Azure takes the model from, whatever the body says. */
const DEPLOYMENT = /\/deployments(?:\/|$)/i;

/**
 * The model that a body asks for; none where it is not what decides.
 * @param path without the query
 */
export function readModel(bytes: Buffer, path: string): BodyFacts | Denial {
  const members = readMembers(bytes, WANTED);
  if (isFault(members)) return readDenial(members);
  const model = members.get('model');
  if (model === undefined || model.type === 'null') return {};
  if (model.type !== 'string') return invalidMessage('"model" must be a text.');
  const isDecided = OTHER_MODELS.some((name) => members.has(name)) || isDeployment(path);
  return isDecided ? {} : { model: model.text };
}

function isDeployment(path: string): boolean {
  const { exact = [] } = pathReadings(path) ?? {};
  return [path, ...exact].some((each) => DEPLOYMENT.test(each));
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
  const all = [...new URLSearchParams(query.join('?'))];
  const [first, ...others] = all.filter(([name]) => name.toLowerCase() === 'model');
  if (!first) return {};
  const [name, model] = first;
  return others.length > 0 || name !== 'model' ? SEVERAL : { model };
}
