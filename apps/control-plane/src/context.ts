import type { KeyObject } from 'node:crypto';
import type { Factor } from '@tollkeeper/contract';
import type { Logger } from 'pino';
import type { CallerScopes } from './access/scope-record.ts';
import type { BillingConfig } from './config-stripe.ts';
import type { Database } from './db/connect.ts';
import type { CanaryCounter } from './features/canary-keys/canary-counter.ts';
import type { ChatServices } from './features/chat-destinations/chat-services.ts';
import type { LeakServices } from './features/leaks/leak-services.ts';
import type { LogStreamServices } from './features/log-streams/log-stream-services.ts';
import type { NotificationServices } from './features/notifications/notification-services.ts';
import type { WebhookServices } from './features/webhooks/webhook-services.ts';
import type { IncidentCounter } from './fleet/incident-counter.ts';
import type { FailureThrottle } from './http/failure-throttle.ts';
import type { Mailer } from './mail/mailer.ts';
import type { Guard } from './outgoing/index.ts';
import type { StripeAccount } from './payments/stripe-account.ts';
import type { ChangeFeed } from './replication/change-feed.ts';
import type { LiveKeys } from './replication/live-keys.ts';
import type { OutsideWitness } from './transparency-log/outside-witnesses/parse-witnesses.ts';
import type { UsageCounter } from './usage/usage-counter.ts';
import type { Outbox } from './write/outbox.ts';

/** What every verb works with; made once in app.ts, handed on, never reached for. */
export interface Services {
  readonly db: Database;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly changeFeed: ChangeFeed;
  readonly keys: LiveKeys;
  readonly usage: UsageCounter;
  /** Receives every key that was not found, and counts the uses of canary keys. */
  readonly canaries: CanaryCounter;
  /** The address that people use, without a trailing slash; links begin with it. */
  readonly baseUrl: string;
  /** Null where no mail server is configured: people then hand links over by themselves. */
  readonly mailer: Mailer | null;
  /** Takes what leaves the server after a commit. */
  readonly outbox: Outbox;
  /** Public key that gateways pin when they join, as a JWK's `x`; it signs every message to them. */
  readonly fleet: { readonly publicKey: string };
  /** Ed25519; signs the checkpoints of every organization's audit log. */
  readonly auditLogKey: KeyObject;
  /** Witnesses of every organization's audit log, beside its gateways. */
  readonly witnesses: readonly OutsideWitness[];
  /** Called with each new checkpoint of an organization's audit log. */
  readonly onCheckpoint: (organizationId: string, checkpoint: string) => void;
  readonly billing: BillingConfig;
  /** What requests may reach whose address people of an organization choose. */
  readonly outgoing: Guard;
  readonly webhooks: WebhookServices;
  readonly notifications: NotificationServices;
  readonly logStreams: LogStreamServices;
  readonly chats: ChatServices;
  readonly leaks: LeakServices;
  /** Null where another provider bills. */
  readonly stripe: StripeAccount | null;
  /** How often joining may fail. */
  readonly joins: FailureThrottle;
  /** What happens in the fleet beside changes; sums of it become audit events. */
  readonly incidents: IncidentCounter;
}

/** The session that a member acts by. */
export interface Session {
  readonly id: string;
  /** What the person gave at `authenticatedAt`. */
  readonly factors: readonly Factor[];
  /** When the length of the session began. */
  readonly signedInAt: Date;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
}

type Actor =
  | {
      readonly type: 'member';
      readonly memberId: string;
      readonly userId: string;
      readonly session: Session;
    }
  | { readonly type: 'key'; readonly memberId: string; readonly keyId: string };

/** Where a request came from, as the audit log tells it. */
export interface Origin {
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** What decides what a caller sees and may do. */
export interface Authority {
  readonly organizationId: string;
  readonly actor: Pick<Actor, 'memberId'>;
  readonly scopes: CallerScopes;
  /** The only workspace that the caller reaches; null is all of them. */
  readonly workspaceId: string | null;
}

/** Who calls, in which organization, and what they may do now. */
export interface Ctx extends Authority {
  readonly services: Services;
  readonly actor: Actor;
  readonly origin: Origin;
  readonly idempotencyKey: string | null;
}
