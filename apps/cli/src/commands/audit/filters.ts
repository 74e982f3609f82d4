import {
  AUDIT_ACTION_GROUPS,
  AUDIT_ACTIONS,
  AUDIT_TARGET_TYPES,
  apiKeyId,
  nearestName,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { InvalidArgumentError } from 'commander';
import { choice, given, type OptionValues, parsed, text } from '../../command/option.ts';
import { readTime } from '../../command/option-values.ts';
import { refuseSecret } from '../../lookup.ts';
import { findKey } from '../keys/open-key.ts';
import { findMemberId } from '../members.ts';

/** Options that say which events are meant. */
export const FILTERS = {
  actor: text('member', 'Only what this member or their keys did: "me", an id, an email or a name'),
  key: text('key', 'Only what this API key did: id, prefix or exact name'),
  action: parsed('action', 'Only this action, or a group such as "api_key.*"', readAction),
  targetType: choice('type', AUDIT_TARGET_TYPES, 'Only what was done to things of this type'),
  target: text('id', 'Only what was done to the thing with this id'),
  from: parsed('time', 'Only events at this time or later', readTime),
  to: parsed('time', 'Only events before this time', readTime),
  ip: text('address', 'Only events that came from this address'),
  request: text('id', 'Only events of the request with this id'),
  search: text('text', 'Only events with this text in the name of their target or actor'),
};

export type Filters = NonNullable<RouteInput<Routes['listAuditEvents']>['query']>;

/** The filters as the API takes them. Throws Failure where an actor is not found. */
export async function filterQuery(
  client: Client,
  options: OptionValues<typeof FILTERS>,
): Promise<Filters> {
  const { actor, key, target, request, search, ...others } = options;
  refuseSecret(search ?? '');
  return given({
    ...others,
    actorId: await findActorId(client, actor, key),
    targetId: target,
    requestId: request,
    search: search || undefined,
  });
}

const ACTIONS: readonly string[] = [...AUDIT_ACTIONS, ...AUDIT_ACTION_GROUPS];

/** No event has another action: to answer that there are none would hide a typing error. */
function readAction(text: string): string {
  if (ACTIONS.includes(text)) return text;
  const { each } = nearestName(text, text.endsWith('*') ? AUDIT_ACTION_GROUPS : ACTIONS);
  const what = text.endsWith('*') ? 'group of actions' : 'action';
  throw new InvalidArgumentError(`No ${what} has this name; the nearest is "${each}".`);
}

/** A key by its id may have been deleted since, and a join key is found by its id alone. */
async function findActorId(
  client: Client,
  actor: string | undefined,
  key: string | undefined,
): Promise<string | undefined> {
  if (key !== undefined) {
    return apiKeyId.safeParse(key).success ? key : (await findKey(client, key)).id;
  }
  if (actor === undefined || /^(?:key|jk)_[0-9A-Za-z]{20}$/.test(actor)) return actor;
  return findMemberId(client, actor);
}
