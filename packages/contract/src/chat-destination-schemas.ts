import { z } from 'zod';
import { creatingKey, creatingMember } from './api-key-schemas.ts';
import { etag } from './edit.ts';
import { chatDestinationId } from './ids.ts';
import { NOTIFICATION_KIND_NAMES } from './notification-kinds.ts';
import { instant } from './text.ts';

/** Chat destinations of one organization. */
export const CHAT_DESTINATIONS_MAX = 20;
/** A destination that has failed for that long is disabled. */
export const CHAT_FAILING_DAYS_MAX = 5;

export const CHAT_SERVICES = ['slack', 'teams'] as const;
export type ChatService = (typeof CHAT_SERVICES)[number];
/** Names of the services, as people read them. */
export const CHAT_SERVICE_TITLES: Readonly<Record<ChatService, string>> = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
};
export const CHAT_STATUSES = ['enabled', 'disabled'] as const;
export type ChatStatus = (typeof CHAT_STATUSES)[number];
/** Why a destination is disabled: by a person, by its answer 410, or because it failed for too long. */
export const CHAT_DISABLE_REASONS = ['by_request', 'gone', 'failing'] as const;
export type ChatDisableReason = (typeof CHAT_DISABLE_REASONS)[number];
export const CHAT_HEALTHS = ['healthy', 'failing', 'disabled'] as const;
export type ChatHealth = (typeof CHAT_HEALTHS)[number];

export const chatService = z.enum(CHAT_SERVICES).meta({
  description:
    '`slack`: an incoming webhook of Slack, or of a service that takes the same; `teams`: a workflow of Microsoft Teams that posts what a webhook receives',
});

const kind = z.enum(NOTIFICATION_KIND_NAMES);

export const chatKinds = z
  .array(kind)
  .min(1)
  .max(NOTIFICATION_KIND_NAMES.length)
  .meta({
    description: 'The kinds of notifications that it receives',
    examples: [['api_key_leaked', 'gateway_gone']],
  });

export const chatDestination = z
  .strictObject({
    id: chatDestinationId,
    name: z.string(),
    service: chatService,
    host: z.string().meta({
      description: 'Host of its URL, which is a secret that no answer shows',
      examples: ['hooks.slack.com'],
    }),
    kinds: z.array(kind),
    status: z.enum(CHAT_STATUSES),
    disabledReason: z.enum(CHAT_DISABLE_REASONS).nullable(),
    health: z.enum(CHAT_HEALTHS),
    failingSince: instant.nullable().meta({
      description: 'When it first failed since its last success; null while all is well',
    }),
    lastProblem: z.string().nullable().meta({
      description:
        'While it fails, why; while it does not, the last time that the service refused the text of a notification, if it ever did',
    }),
    nextAttemptAt: instant.nullable().meta({
      description: 'While it fails, when it is tried again',
    }),
    lastDeliveredAt: instant.nullable(),
    createdBy: creatingMember,
    createdByKey: creatingKey.nullable(),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'ChatDestination' });
export type ChatDestination = z.output<typeof chatDestination>;

export const chatDestinationTest = z
  .strictObject({
    durationMs: z.int(),
    status: z.int().nullable().meta({ description: 'HTTP status; null where no answer came' }),
    problem: z.string().nullable().meta({ description: 'Why it failed; null if it succeeded' }),
  })
  .meta({ id: 'ChatDestinationTest' });
export type ChatDestinationTest = z.output<typeof chatDestinationTest>;
