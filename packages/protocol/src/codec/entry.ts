import type { KeyStatus, POLICY_MODES, Profile, Scope } from '@tollkeeper/contract';

/**
 * Something that a gateway decides with, as it stands now: it replaces whatever was known about it,
 * so that applying it again, or after a later one was lost, does no harm.
 */
export type Entry =
  | OrganizationEntry
  | OwnerEntry
  | OwnerRemovedEntry
  | KeyEntry
  | KeyRemovedEntry
  | PolicyEntry
  | PolicyRemovedEntry;

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
  /** Empty in format 1. */
  readonly roleId: string;
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
  /** None in format 1. */
  readonly tags: readonly string[];
  /** `custom` in format 1. */
  readonly profile: Profile;
  /** 0 in format 1. */
  readonly createdAtMs: number;
  /** All that are known: none that is left out works any longer. */
  readonly secrets: readonly KeySecret[];
}

/**
 * When the secrets of a canary key have retired: at the beginning of 1970, at which none other ever does.
 * So a build that does not know canary keys refuses them as it refuses keys that do not exist, and so does
 * this one, without asking anything more of any other key.
 */
export const CANARY_RETIRED_MS = 0;

export interface KeySecret {
  /** SHA-256 of the secret, 32 bytes. */
  readonly hash: Uint8Array;
  /** When this secret, replaced by a rotation, stops working; CANARY_RETIRED_MS of a canary key. */
  readonly retiresAtMs: number | null;
}

export interface KeyRemovedEntry {
  readonly type: 'key-removed';
  readonly keyId: string;
}

/** An enabled policy of the workspace, or of its organization. */
export interface PolicyEntry {
  readonly type: 'policy';
  readonly policyId: string;
  readonly mode: (typeof POLICY_MODES)[number];
  /** Each statement in Cedar's JSON form, in the order of the text. */
  readonly statements: readonly unknown[];
}

/** The policy was deleted or disabled. */
export interface PolicyRemovedEntry {
  readonly type: 'policy-removed';
  readonly policyId: string;
}
