import type { Plan } from '@tollkeeper/contract';
import type { Transaction } from '../db/connect.ts';

/** What leaves the server after a commit, by its topic. None holds a secret: they are stored. */
interface OutboxPayloads {
  /** The address that was given, which may have no account. */
  readonly 'mail-reset-link': { readonly email: string };
  /** An invitation as it was sent at one time: once it was sent again, it expires later. */
  readonly 'mail-invitation': {
    readonly organizationId: string;
    readonly invitationId: string;
    readonly expiresAt: string;
  };
  /** A request for that plan. */
  readonly 'mail-plan-request': { readonly organizationId: string; readonly plan: Plan };
  /** Notifications of a member, by their numbers. */
  readonly 'mail-notifications': {
    readonly organizationId: string;
    readonly memberId: string;
    readonly numbers: readonly number[];
  };
  /** An organization that was deleted, and may still be billed. */
  readonly 'end-subscriptions': { readonly organizationId: string };
}

export type OutboxTopic = keyof OutboxPayloads;

interface MessageOf<T extends OutboxTopic> {
  readonly topic: T;
  readonly payload: OutboxPayloads[T];
  /** A UUID, by which the message can be removed, and which is added once alone; else a random one. */
  readonly id?: string;
  /** How long delivery waits after the commit; not at all unless given. */
  readonly delaySeconds?: number;
}

export type OutboxMessage = { [T in OutboxTopic]: MessageOf<T> }[OutboxTopic];

/**
 * Messages that are stored in the database and delivered by a job, at least once, by whichever process
 * is there (docs/decisions/0024-use-the-job-queue-as-the-outbox.md).
 */
export interface Outbox {
  /** Stores the message in the transaction, where there is one: it is delivered if that commits. */
  add(message: OutboxMessage, tx?: Transaction): Promise<void>;
  /** Takes back a message that needs no delivery any more. */
  remove(topic: OutboxTopic, id: string): Promise<void>;
}
