import type { AuditActor } from './audit.ts';

/** Who waits for a turn among the changes of an organization. */
export interface Caller {
  /** The member or user, whose credentials share one turn. */
  readonly owner: string;
  /** The key, or the sessions of the owner. */
  readonly credential: string;
}

/** All sessions of a member are one caller: signing in more often gives no more turns. */
export function callerOf(actor: AuditActor): Caller {
  switch (actor.type) {
    case 'key':
      return { owner: actor.memberId, credential: actor.keyId };
    case 'join_key':
      return { owner: actor.memberId, credential: actor.joinKeyId };
    case 'member':
      return { owner: actor.memberId, credential: 'sessions' };
    case 'operator':
    case 'system':
      return { owner: actor.type, credential: actor.type };
  }
}
