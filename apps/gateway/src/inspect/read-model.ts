import type { BodyFacts, Denial } from '@tollkeeper/gateway-core';
import { invalidMessage, readDenial } from './read-fault.ts';
import { isFault, LEAF, readMembers, type Wanted } from './read-members.ts';

const WANTED: Wanted = new Map([['model', LEAF]]);
/** Where Azure takes the model from, whatever the body says. */
const DEPLOYMENT = /\/deployments(?:\/|$)/i;

/** The model that a body asks for. @param path without the query */
export function readModel(bytes: Buffer, path: string): BodyFacts | Denial {
  const members = readMembers(bytes, WANTED);
  if (isFault(members)) return readDenial(members);
  const model = members.get('model');
  if (model === undefined || model.type === 'null') return {};
  if (model.type !== 'string') return invalidMessage('"model" must be a text.');
  return DEPLOYMENT.test(path) ? {} : { model: model.text };
}

const SEVERAL: Denial = {
  code: 'malformed_request',
  detail: 'The address has the parameter "model" twice, or in another spelling. Send it once.',
};

/** The model that a request for a WebSocket names in its address, as that of OpenAI Realtime. */
export function readQueryModel(target: string): BodyFacts | Denial {
  const at = target.indexOf('?');
  const all = at < 0 ? [] : [...new URLSearchParams(target.slice(at))];
  const named = all.filter(([name]) => name.toLowerCase() === 'model');
  const [first] = named;
  if (!first) return {};
  const [name, model] = first;
  return named.length > 1 || name !== 'model' ? SEVERAL : { model };
}
