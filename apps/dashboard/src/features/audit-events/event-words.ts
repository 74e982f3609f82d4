import {
  type AuditActor,
  type AuditEventView,
  type AuditTargetType,
  auditActorId,
} from '@tollkeeper/contract';
import { ACTION_GROUPS } from './action-groups.ts';

const WORDS: ReadonlyMap<string, string> = new Map(
  ACTION_GROUPS.flatMap(({ group, actions }) =>
    Object.entries(actions).map(([verb, words]) => [`${group}.${verb}`, words] as const),
  ),
);

/** "Revoked an API key"; of an action that this page does not know, its name in words. */
export function actionWords(action: string): string {
  const known = WORDS.get(action);
  if (known !== undefined) return known;
  const [group = '', verb = ''] = action.split('.');
  return `${capitalized(wordsOf(group))}: ${wordsOf(verb)}`;
}

/** "all API keys actions", for a filter by a group; of one action, its words. */
export function actionFilterWords(action: string): string {
  const [group = '', verb] = action.split('.');
  if (verb !== '*') return actionWords(action);
  const title = ACTION_GROUPS.find((each) => each.group === group)?.title;
  return `${title ?? capitalized(wordsOf(group))}: everything`;
}

/** Who did it: "Ada Lovelace", "the key ci-pipeline", "Tollkeeper". */
export function actorWords({ actor, actorName }: Pick<AuditEventView, 'actor' | 'actorName'>) {
  if (actor.type === 'operator') return 'The operator of the server';
  if (actor.type === 'system') return 'Tollkeeper';
  return actorName ?? auditActorId(actor) ?? '';
}

/** What kind of actor it is, where it is no member: "API key". */
export function actorKindWords(actor: AuditActor): string | undefined {
  switch (actor.type) {
    case 'member':
      return undefined;
    case 'key':
      return 'API key';
    case 'join_key':
      return 'Join key';
    case 'operator':
      return 'On its command line';
    case 'system':
      return `Job: ${wordsOf(actor.job)}`;
  }
}

export const TARGET_WORDS: Readonly<Record<AuditTargetType, string>> = {
  api_key: 'API key',
  api_scope: 'API scope',
  organization: 'Organization',
  member: 'Member',
  workspace: 'Workspace',
  role: 'Role',
  invitation: 'Invitation',
  join_key: 'Join key',
  gateway: 'Gateway',
  policy: 'Policy',
  webhook_endpoint: 'Webhook endpoint',
  compliance_report: 'Compliance report',
  review_campaign: 'Review campaign',
  log_stream: 'Log stream',
  chat_destination: 'Chat destination',
};

function wordsOf(name: string): string {
  return name.replaceAll(/[_-]/g, ' ').replaceAll(/\bapi\b/g, 'API');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
