import type { KeyStatus, Scope } from '@tollkeeper/contract';

/**
 * Something that a gateway decides with, as it stands now: it replaces whatever was known about it,
 * so that applying it again, or after a later one was lost, does no harm.
 */
export type Entry = OrganizationEntry | OwnerEntry | OwnerRemovedEntry | KeyEntry | KeyRemovedEntry;

export interface OrganizationEntry {
  readonly type: 'organization';
  readonly organizationId: string;
  /** Addresses and ranges that all its keys are confined to; none means anywhere. */
  readonly allowedIps: readonly string[];
}

/** A member who may own keys. */
export interface OwnerEntry {
  readonly type: 'owner';
  readonly memberId: string;
  readonly active: boolean;
  /** What their role holds. */
  readonly scopes: readonly Scope[];
  /** Whether it holds every API scope of the organization, whichever there are. */
  readonly allApiScopes: boolean;
}

export interface OwnerRemovedEntry {
  readonly type: 'owner-removed';
  readonly memberId: string;
}

export interface KeyEntry {
  readonly type: 'key';
  readonly keyId: string;
  readonly name: string;
  /** The workspace that the key is confined to. */
  readonly workspaceId: string | null;
  readonly ownerId: string;
  readonly status: KeyStatus;
  readonly expiresAtMs: number | null;
  readonly scopes: readonly Scope[];
  readonly allowedIps: readonly string[];
  /** All that are known: none that is left out works any longer. */
  readonly secrets: readonly KeySecret[];
}

export interface KeySecret {
  /** SHA-256 of the secret, 32 bytes. */
  readonly hash: Uint8Array;
  /** When this secret, replaced by a rotation, stops working. */
  readonly retiresAtMs: number | null;
}

export interface KeyRemovedEntry {
  readonly type: 'key-removed';
  readonly keyId: string;
}
