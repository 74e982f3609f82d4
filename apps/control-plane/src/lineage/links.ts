/** That somebody gained power over a key: created it, owned it, or learned its secret. */
export interface Link {
  /** A key or a member. */
  readonly creator: string;
  /** The key. */
  readonly id: string;
  /** Equal to `lastAt` for what happened once; all times are in milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** That a member accepted an invitation. What they do belongs to their latest admission. */
export interface Admission {
  /** Who sent it: a member, perhaps by a key. */
  readonly inviters: readonly string[];
  readonly memberId: string;
  readonly invitedAt: number;
  readonly admittedAt: number;
}

export interface Lineage {
  readonly links: readonly Link[];
  /** All admissions of each member who is in it. */
  readonly admissions: readonly Admission[];
  /** Members whom the caller removes; others stay, with all that is theirs. */
  readonly removable: ReadonlySet<string>;
}

/** A key or a member that counts, as an earlier part of the lineage showed. */
export interface Origin {
  readonly id: string;
  readonly root: string;
  /** Of a key, since when; of a member, when the admission was by which they count. */
  readonly at: number;
}
