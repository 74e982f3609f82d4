import { notificationKind } from '@tollkeeper/contract';
import { CAMPAIGN_TEXTS } from './campaign-texts.ts';
import { RECEIVER_TEXTS } from './receiver-texts.ts';
import { capitalized, dateOf, type TextParts, type Texts } from './texts.ts';

const key = (isOwner: boolean) => (isOwner ? 'your API key' : 'the API key');

/** One sentence or two, in plain text: names in it are what people typed. */
export function notificationText(parts: TextParts, isOwner: boolean): string {
  const { subject, count, reason, kind } = parts;
  const name = `"${subject.name}"`;
  const texts = textsOf(isOwner).get(reason);
  if (!texts) return `${notificationKind(kind).title}: ${subject.name}`;
  if (count > 1) return texts.many(count.toLocaleString('en'), name);
  return texts.one({ ...parts, name });
}

/** Page of the dashboard about it. */
export function notificationPath({ reason, subject: { id }, count }: TextParts): string {
  const [group] = reason.split('.', 1);
  switch (group) {
    case 'api_key':
      return reason === 'api_key.delete' || count > 1 ? '/api-keys' : `/api-keys/${id}`;
    case 'webhook_endpoint':
      return count > 1 ? '/webhooks' : `/webhooks/${id}`;
    case 'log_stream':
      return count > 1 ? '/log-streams' : `/log-streams/${id}`;
    case 'chat_destination':
      return '/chat-destinations';
    case 'review_campaign':
      return isDue(reason) ? '/compliance/reviews' : '/compliance/campaigns';
    case 'billing':
      return '/billing';
    case 'invitation':
      return '/members';
    case 'audit_log':
      return '/audit-log';
    default:
      return '/fleet';
  }
}

/** Of a campaign that waits for decisions. */
function isDue(reason: string): boolean {
  return reason === 'review_campaign.start' || reason === 'review_campaign.remind';
}

function textsOf(isOwner: boolean): ReadonlyMap<string, Texts> {
  return isOwner ? TEXTS.owner : TEXTS.other;
}

function createTexts(isOwner: boolean): ReadonlyMap<string, Texts> {
  const keys = isOwner ? 'of your API keys' : 'API keys';
  const changed = (verb: string): Texts => ({
    one: ({ name, facts: { by, why } }) => {
      const because = why ? ` The reason given: ${why}` : '';
      return by === null || by === undefined
        ? `${capitalized(key(isOwner))} ${name} was ${verb}.${because}`
        : `${by} ${verb} ${key(isOwner)} ${name}.${because}`;
    },
    many: (count, example) => `${count} ${keys} were ${verb}, such as ${example}.`,
  });
  return new Map<string, Texts>([
    ['api_key.disable', changed('disabled')],
    ['api_key.revoke', changed('revoked')],
    ['api_key.rotate', changed('rotated')],
    ['api_key.delete', changed('deleted')],
    [
      'api_key.use_canary',
      {
        one: ({ name, facts: { ip } }) =>
          `The canary key ${name}, which nobody should use, was used${ip ? ` from ${ip}` : ''}. Find out who reached the place where you put it.`,
        many: (count, example) => `Canary keys were used ${count} times, such as ${example}.`,
      },
    ],
    [
      'api_key.report_leak',
      {
        one: ({ name, facts: { action } }) =>
          `${capitalized(key(isOwner))} ${name} was found where others can read it. ${leakAdvice(action)}`,
        many: (count, example) =>
          `${count} ${keys} were found where others can read them, such as ${example}. Rotate or revoke them.`,
      },
    ],
    [
      'api_key.expires',
      {
        one: ({ name, facts: { days, expiresAt } }) =>
          `${capitalized(key(isOwner))} ${name} expires within ${days === 1 ? 'a day' : `${days} days`}, on ${dateOf(expiresAt)}.`,
        many: (count, example) => `${count} ${keys} expire soon, such as ${example}.`,
      },
    ],
    [
      'api_key.unused',
      {
        one: ({ name, facts: { days } }) =>
          `${capitalized(key(isOwner))} ${name} has not been used for ${days} days. Revoke it if nobody needs it.`,
        many: (count, example) =>
          `${count} ${keys} have not been used for a month, such as ${example}. Revoke those that nobody needs.`,
      },
    ],
    [
      'api_key.disables_soon',
      {
        one: ({ name, facts: { disablesAt } }) =>
          `${capitalized(key(isOwner))} ${name} is not in use, and will be disabled after ${dateOf(disablesAt)}. Use it before, and it stays.`,
        many: (count, example) =>
          `${count} ${keys} are not in use, and will be disabled soon, such as ${example}. Use a key before, and it stays.`,
      },
    ],
    [
      'api_key.new_network',
      {
        one: ({ name, facts: { network } }) =>
          `${capitalized(key(isOwner))} ${name} was used from ${network}, a network that it was not used from before. Rotate it if that was not you.`,
        many: (count, example) =>
          `${count} times, ${keys} were used from a network that they were not used from before, such as ${example}.`,
      },
    ],
    ...OTHERS,
    ...RECEIVER_TEXTS,
    ...CAMPAIGN_TEXTS,
  ]);
}

/** What was done about it, and what is left to do. */
function leakAdvice(action: string | number | null | undefined): string {
  switch (action) {
    case 'revoked':
      return 'It was revoked.';
    case 'disabled':
      return 'It was disabled. Rotate it before you enable it, or revoke it.';
    case 'none':
      return 'The secret that was found does not work, so nothing was done.';
    case 'warned':
      return 'It still works: rotate or revoke it.';
    default:
      return 'Rotate or revoke it, unless that was done already.';
  }
}

const alarm = (text: string): Texts => ({
  one: () => text,
  many: (count) => `${text} This happened ${count} times.`,
});

const OTHERS: readonly (readonly [string, Texts])[] = [
  [
    'audit_log.integration_stopped',
    alarm('The audit log does not continue as it was recorded: somebody may have changed it.'),
  ],
  [
    'audit_log.damage_found',
    alarm('Events of the audit log are not as they were signed: somebody changed them.'),
  ],
  ['audit_log.witness_alarm', alarm('A witness found the audit log inconsistent.')],
  [
    'gateway.witness_alarm',
    {
      one: ({ name }) => `The gateway ${name} found the audit log inconsistent.`,
      many: (count, example) =>
        `Gateways found the audit log inconsistent ${count} times, such as ${example}.`,
    },
  ],
  [
    'billing.near_limit',
    {
      one: ({ facts: { keysUsed, keysMax, plan } }) =>
        `The organization uses ${keysUsed} of the ${keysMax} keys of its plan ${capitalized(plan)}.`,
      many: (count) => `The limit of keys came near ${count} times.`,
    },
  ],
  [
    'billing.limit_reached',
    {
      one: ({ facts: { keysMax, plan } }) =>
        `The organization uses all ${keysMax} keys of its plan ${capitalized(plan)}. No key can be created until one is gone, or the plan is changed.`,
      many: (count) => `The limit of keys was reached ${count} times.`,
    },
  ],
  [
    'billing.request_plan',
    {
      one: ({ facts: { by, plan } }) =>
        `${by ?? 'A member'} requested the plan ${capitalized(plan)}.`,
      many: (count) => `Another plan was requested ${count} times.`,
    },
  ],
  ['billing.approve_request', decided('approved')],
  ['billing.decline_request', decided('declined')],
  [
    'billing.plan_ending',
    {
      one: ({ facts: { plan, planAfter, until } }) =>
        `The plan ${capitalized(plan)} ends on ${dateOf(until)}. The plan ${capitalized(planAfter)} follows. No key stops working.`,
      many: (count) => `The end of the plan was announced ${count} times.`,
    },
  ],
  [
    'gateway.join',
    {
      one: ({ name }) => `The gateway ${name} joined the fleet.`,
      many: (count, example) => `${count} gateways joined the fleet, such as ${example}.`,
    },
  ],
  [
    'gateway.behind',
    {
      one: ({ name }) =>
        `The gateway ${name} has not applied the latest changes for five minutes. It still decides by what it had before.`,
      many: (count, example) =>
        `${count} gateways have not applied the latest changes for five minutes, such as ${example}.`,
    },
  ],
  [
    'gateway.gone',
    {
      one: ({ name, facts: { lastSeenAt } }) =>
        `The gateway ${name} is not connected. It was last seen on ${dateOf(lastSeenAt)}.`,
      many: (count, example) => `${count} gateways are not connected, such as ${example}.`,
    },
  ],
  [
    'invitation.accept',
    {
      one: ({ name, facts: { by } }) =>
        `${by ?? 'Somebody'} accepted the invitation that was sent to ${name.slice(1, -1)}.`,
      many: (count) => `${count} people accepted their invitations.`,
    },
  ],
];

function decided(verb: string): Texts {
  return {
    one: ({ facts: { plan, note } }) =>
      `The operator of the server ${verb} the request for the plan ${capitalized(plan)}.${note ? ` The operator wrote: ${note}` : ''}`,
    many: (count) => `${count} requests for another plan were ${verb}.`,
  };
}

const TEXTS = { owner: createTexts(true), other: createTexts(false) };
