import type { AuditAction, NotificationKind } from '@tollkeeper/contract';
import type { NotificationSubject } from '../../db/schema/index.ts';
import type { AuditActor } from '../../write/audit.ts';

/** What no audit event records. */
export type Finding =
  | 'api_key.expires'
  | 'api_key.unused'
  | 'api_key.disables_soon'
  | 'api_key.new_network'
  | 'gateway.behind'
  | 'gateway.gone';

/** Something that members may be notified of. */
export interface Happening {
  readonly kind: NotificationKind;
  /** What happened within the kind. */
  readonly reason: AuditAction | Finding;
  readonly at: Date;
  readonly subject: NotificationSubject;
  readonly eventId: string | null;
  readonly facts: Readonly<Record<string, string | number | null>>;
  /** The member who owns the key that it is about; null where that does not matter, or is not known. */
  readonly ownerId: string | null;
  /** The only members whom it concerns; absent where what they may see decides. */
  readonly memberIds?: ReadonlySet<string>;
  /** Who did it; null for what nobody did. A member is not notified of what they did. */
  readonly actor: AuditActor | null;
}

/** A committed audit event, as far as notifications follow from it. */
export interface NotableEvent {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly actor: AuditActor;
  readonly target: NotificationSubject;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The member who acted, by a session or a key; null for a job, the operator and a gateway that joined by itself. */
export function actingMember(actor: AuditActor | null): string | null {
  return actor?.type === 'member' || actor?.type === 'key' ? actor.memberId : null;
}
