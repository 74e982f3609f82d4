import type { KeyStatus, Profile } from '@tollkeeper/contract';
import type { ScopeSet } from './scope-set.ts';

/** Whose a key is. */
export interface KeySubject {
  readonly keyId: string;
  readonly organizationId: string;
  /** The workspace that the key is confined to. */
  readonly workspaceId: string | null;
  /** The member that owns the key. */
  readonly ownerId: string;
}

/** Whose a key is, and what people call it: what an accepted call is passed on with. */
export interface KeyIdentity extends KeySubject {
  readonly name: string;
}

/** Everything a decision needs to know about one secret of a key. */
export interface KeyFacts extends KeyIdentity {
  readonly status: KeyStatus;
  readonly expiresAtMs: number | null;
  readonly scopes: ScopeSet;
  /** Addresses and ranges; none means anywhere. An entry that does not parse admits no address. */
  readonly allowedIps: readonly string[];
  /** Only policies ask for these three. */
  readonly tags: readonly string[];
  readonly profile: Profile;
  readonly createdAtMs: number;
  /** When this secret, replaced by a rotation, stops being known. */
  readonly retiresAtMs: number | null;
}

/** A member as the ceiling of their keys: what their role holds now, and nothing when suspended. */
export interface KeyOwner {
  readonly memberId: string;
  readonly organizationId: string;
  readonly active: boolean;
  readonly scopes: ScopeSet;
  /** Only policies ask for it. */
  readonly roleId: string;
}

/** What an organization asks of all its keys. */
export interface KeyOrganization {
  readonly organizationId: string;
  /** Addresses and ranges; none means anywhere. An entry that does not parse admits no address. */
  readonly allowedIps: readonly string[];
}
