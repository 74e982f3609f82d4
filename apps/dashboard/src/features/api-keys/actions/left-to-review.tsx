import { Link, linkOptions } from '@tanstack/react-router';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { actionWords } from '../../audit-events/index.ts';

interface LeftToReviewProps {
  /** Of the keys that are about to end. */
  readonly ids: readonly string[];
  readonly created: RouteOutput<Routes['getCreated']>;
}

/** What keys changed that no cascade ends or restores. */
export function LeftToReview({ ids, created }: LeftToReviewProps) {
  return (
    <>
      <ChangedThings created={created} />
      <ChangedSettings ids={ids} created={created} />
    </>
  );
}

/** Other keys, members, roles, policies, webhook endpoints, log streams and chat destinations that the keys changed. */
function ChangedThings({ created }: Pick<LeftToReviewProps, 'created'>) {
  const { editedKeysCount, editedKeys, changedMembersCount, changedRolesCount } = created;
  const kinds = [
    {
      text: 'Review the keys that were enabled or changed this way, which stay as they are',
      count: editedKeysCount,
      things: editedKeys,
      list: linkOptions({ to: '/api-keys' }),
      label: 'Open API keys in a new tab',
    },
    {
      text: 'Review the members who were given another role, suspended or reinstated this way, who stay as they are',
      count: changedMembersCount,
      things: created.changedMembers,
      list: linkOptions({ to: '/members' }),
      label: 'Open members in a new tab',
    },
    {
      text: 'Review the roles that were created or changed this way, which stay as they are',
      count: changedRolesCount,
      things: created.changedRoles,
      list: linkOptions({ to: '/roles' }),
      label: 'Open roles in a new tab',
    },
    {
      text: 'Review the policies that were created or changed this way, which stay as they are',
      count: created.changedPoliciesCount,
      things: created.changedPolicies,
      list: linkOptions({ to: '/policies' }),
      label: 'Open policies in a new tab',
    },
    {
      text: 'Review where the webhook endpoints of others send to that were changed this way, which stay as they are',
      count: created.changedWebhookEndpointsCount,
      things: created.changedWebhookEndpoints,
      list: linkOptions({ to: '/webhooks' }),
      label: 'Open webhooks in a new tab',
    },
    {
      text: 'Review where the log streams of others send to that were changed this way, which stay as they are',
      count: created.changedLogStreamsCount,
      things: created.changedLogStreams,
      list: linkOptions({ to: '/log-streams' }),
      label: 'Open log streams in a new tab',
    },
    {
      text: 'Review where the chat destinations of others send to that were changed this way, which stay as they are',
      count: created.changedChatDestinationsCount,
      things: created.changedChatDestinations,
      list: linkOptions({ to: '/chat-destinations' }),
      label: 'Open chat destinations in a new tab',
    },
  ];
  return kinds
    .filter(({ count }) => count > 0)
    .map(({ text, count, things, list, label }) => (
      <p key={text} className="text-[0.8125rem] text-soft">
        {text}: {namesOf(things, count)}.{' '}
        <Link {...list} target="_blank" className="text-accent-strong underline underline-offset-4">
          {label}
        </Link>
      </p>
    ));
}

/** Keys and members whose part of the audit log is linked. */
const ACTORS_MAX = 5;

/** What the audit log has besides: settings, and things that are gone. Each event says what was there before. */
function ChangedSettings({ ids, created }: LeftToReviewProps) {
  const { changedSettings, changedSettingsCount } = created;
  if (changedSettingsCount === 0) return null;
  const more = changedSettingsCount - changedSettings.length;
  const actors = [...new Set(changedSettings.map(({ actorId }) => actorId))].slice(0, ACTORS_MAX);
  const link = 'text-accent-strong underline underline-offset-4';
  return (
    <div className="flex flex-col gap-1 text-[0.8125rem] text-soft">
      <p>
        {changedSettings.length === 0
          ? `Review what else was changed or deleted this way, which stays as it is: ${more} in all.`
          : 'Review what else was changed or deleted this way, which stays as it is:'}
      </p>
      <ul className="flex max-h-40 flex-col gap-1 overflow-y-auto">
        {changedSettings.map(({ id, action, target }) => (
          <li key={id} className="break-words">
            <Link to="/audit-log/$id" params={{ id }} target="_blank" className={link}>
              {actionWords(action)}
            </Link>
            {target.type === 'organization' ? '' : `: ${target.name}`}
          </li>
        ))}
        {changedSettings.length > 0 && more > 0 ? <li>and {more} more</li> : null}
      </ul>
      {actors.map((actor) => (
        <p key={actor} className="break-words">
          <Link to="/audit-log" search={{ actor }} target="_blank" className={link}>
            {ids.length === 1 && ids.includes(actor)
              ? 'Open all that this key did in a new tab'
              : `Open all that ${actor} did in a new tab`}
          </Link>
        </p>
      ))}
    </div>
  );
}

/** "Ada, Eve, 2 more"; only how many where the server named nobody. */
function namesOf(things: readonly { readonly name: string }[], count: number): string {
  if (things.length === 0) return `${count} in all`;
  const more = count - things.length;
  return [...things.map(({ name }) => name), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
