import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { EXIT, Failure } from '../../failure.ts';
import { counted } from '../../text/format.ts';
import { findMemberId } from '../members.ts';
import type { NamedKey } from './change-keys.ts';

type Created = RouteOutput<Routes['getCreated']>;

/** Members whom a cascade keeps, or all of them. */
export type KeepMembers = 'all' | string[];

/** The members of --keep-member; undefined without one. Throws Failure for a member who cannot be found. */
export async function findKeptMembers(
  client: Client,
  references: readonly string[] = [],
): Promise<KeepMembers | undefined> {
  if (references.length === 0) return undefined;
  if (references.includes('all')) return 'all';
  const ids: string[] = [];
  for (const reference of references) ids.push(await findMemberId(client, reference));
  return ids;
}

/** Without --cascade nobody is removed who could be kept. Throws Failure. */
export function requireCascadeToKeep(options: {
  readonly cascade?: true | undefined;
  readonly keepMember?: readonly string[] | undefined;
}): void {
  if (options.cascade || options.keepMember === undefined) return;
  throw new Failure(EXIT.usage, 'The option --keep-member needs --cascade. Nothing was changed.');
}

/** The members to keep, as a query holds them. */
export function keptMembersText(keepMembers: KeepMembers | undefined): { keepMembers?: string } {
  return keepMembers === undefined ? {} : { keepMembers: keepMembers.toString() };
}

/** What a person should know, before keys end, about what the keys created or rotated. */
export async function createdByKeys(
  client: Client,
  keys: readonly NamedKey[],
  cascade: boolean,
  keepMembers: KeepMembers | undefined,
): Promise<string> {
  const ids = keys.map(({ id }) => id);
  const it = ids.length === 1 ? 'it' : 'they';
  const created = await readCreated(client, ids, cascade ? keepMembers : undefined);
  const things = thingsOf(created);
  const isDeleted = keys.some(({ prefix }) => prefix === null);
  const further = cascade ? `${staying(created)}${toReview(created, it)}` : toReview(created, it);
  if (things === '') {
    return `${capitalized(it)} created or rotated nothing that is still in use.${further}`;
  }
  return cascade
    ? `${isDeleted ? 'This ends' : 'So does'} everything ${it} created or rotated: ${things}.${leaving(created)}${further}`
    : `Everything ${it} created or rotated stays: ${things}. Give --cascade to end that as well.${further}`;
}

/** Other keys, members, roles, policies, webhook endpoints, log streams and chat destinations, which no cascade ends. */
function toReview(created: Created, it: string): string {
  const { editedKeysCount, editedKeys, changedMembersCount, changedRolesCount } = created;
  const keys = editedKeys.map(({ name, id }) => `${name} (${id})`);
  const members = created.changedMembers.map(({ name, email }) => `${name} (${email})`);
  const roles = created.changedRoles.map(({ name, id }) => `${name} (${id})`);
  const policies = created.changedPolicies.map(({ name, id }) => `${name} (${id})`);
  return [
    review(`the keys that ${it} enabled or changed, which`, editedKeysCount, keys),
    review(
      `the members whom ${it} gave another role, suspended or reinstated, who`,
      changedMembersCount,
      members,
    ),
    review(`the roles that ${it} created or changed, which`, changedRolesCount, roles),
    review(
      `the policies that ${it} created or changed, which`,
      created.changedPoliciesCount,
      policies,
    ),
    review(
      `the webhook endpoints of others that ${it} changed, which`,
      created.changedWebhookEndpointsCount,
      created.changedWebhookEndpoints.map(({ name, id }) => `${name} (${id})`),
    ),
    review(
      `the log streams of others that ${it} changed, which`,
      created.changedLogStreamsCount,
      created.changedLogStreams.map(({ name, id }) => `${name} (${id})`),
    ),
    review(
      `the chat destinations of others that ${it} changed, which`,
      created.changedChatDestinationsCount,
      created.changedChatDestinations.map(({ name, id }) => `${name} (${id})`),
    ),
    settingsToReview(created, it),
  ].join('');
}

/** What the audit log has besides, by the event of each, and who did it. */
function settingsToReview({ changedSettings, changedSettingsCount }: Created, it: string): string {
  const events = changedSettings.map(
    ({ id, action, target }) => `${action} ${target.name} (${id})`,
  );
  const actors = [...new Set(changedSettings.map(({ actorId }) => actorId))];
  const text = review(
    `the settings that ${it} changed and what ${it} deleted, which`,
    changedSettingsCount,
    events,
  );
  const lists = actors.slice(0, 3).map((id) => `"tollkeeper audit list --actor ${id}"`);
  return lists.length === 0 ? text : `${text} See ${lists.join(', ')}.`;
}

function review(what: string, count: number, names: readonly string[]): string {
  if (count === 0) return '';
  const more = count - names.length;
  const which =
    names.length === 0
      ? `${count} in all`
      : `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return ` Review ${what} stay as they are: ${which}.`;
}

function leaving({ membersCount, members }: Created): string {
  if (membersCount === 0) return '';
  const are = membersCount === 1 ? 'is' : 'are';
  return ` ${counted(membersCount, 'member')} who joined by an invitation ${are} removed, with all that is theirs${namesOf(members, membersCount)}. Give --keep-member for a colleague.`;
}

/** Whom and what a cascade leaves: members who are kept, and what the caller may not remove. */
function staying({ membersLeftCount, membersLeft, ...created }: Created): string {
  const { gatewaysLeftCount, webhookEndpointsLeftCount, logStreamsLeftCount } = created;
  const { chatDestinationsLeftCount } = created;
  const left = [
    ...(gatewaysLeftCount > 0 ? [counted(gatewaysLeftCount, 'gateway')] : []),
    ...(webhookEndpointsLeftCount > 0
      ? [counted(webhookEndpointsLeftCount, 'webhook endpoint')]
      : []),
    ...(logStreamsLeftCount > 0 ? [counted(logStreamsLeftCount, 'log stream')] : []),
    ...(chatDestinationsLeftCount > 0
      ? [counted(chatDestinationsLeftCount, 'chat destination')]
      : []),
  ];
  const who = [
    ...(membersLeftCount > 0
      ? [`${counted(membersLeftCount, 'member')}${namesOf(membersLeft, membersLeftCount)}`]
      : []),
    ...left,
  ].join('; ');
  if (who === '') return '';
  return ` These stay, since you keep them or may not remove them: ${who}.`;
}

/** ": Ada (ada@example.com) and 2 more"; nothing where the server named nobody. */
function namesOf(members: Created['members'], count: number): string {
  if (members.length === 0) return '';
  const names = members.map(({ name, email }) => `${name} (${email})`).join(', ');
  const more = count - members.length;
  return `: ${names}${more > 0 ? ` and ${more} more` : ''}`;
}

function readCreated(
  client: Client,
  ids: string[],
  keepMembers: KeepMembers | undefined,
): Promise<Created> {
  const [id, ...others] = ids;
  return id !== undefined && others.length === 0
    ? client.getCreated({ params: { id }, query: keptMembersText(keepMembers) })
    : client.getKeysCreated({ body: { ids, ...(keepMembers ? { keepMembers } : {}) } });
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** "2 API keys, 1 join key"; nothing where there are none. */
function thingsOf({ isComplete, ...counts }: Created): string {
  const { keysCount, joinKeysCount, invitationsCount, membersCount, gatewaysCount } = counts;
  const things = [
    { count: keysCount, what: 'API key' },
    { count: counts.webhookEndpointsCount, what: 'webhook endpoint' },
    { count: counts.logStreamsCount, what: 'log stream' },
    { count: counts.chatDestinationsCount, what: 'chat destination' },
    { count: counts.reviewCampaignsCount, what: 'running review campaign' },
    { count: joinKeysCount, what: 'join key' },
    { count: invitationsCount, what: 'invitation' },
    { count: gatewaysCount, what: 'gateway' },
    { count: membersCount, what: 'member' },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => counted(count, what))
    .join(', ');
  if (isComplete) return things;
  return things === '' ? 'too much to be counted' : `at least ${things}`;
}
