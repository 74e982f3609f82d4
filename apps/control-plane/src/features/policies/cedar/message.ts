/** What the server asks the thread that runs Cedar. */
export interface Question {
  /** Text of a policy, to be parsed, compiled as gateways do, and validated against the schema. */
  readonly text: string;
}

export type Answer =
  | Checked
  /** The text exhausted the stack or the memory of Cedar, which cannot be used any more. */
  | { readonly kind: 'exhausted' };

/** Statements, unless there are errors or a refusal. */
export interface Checked {
  readonly kind: 'checked';
  /** Cedar's JSON form of each statement, as text. */
  readonly statements: readonly string[];
  readonly errors: readonly CedarFinding[];
  readonly warnings: readonly CedarFinding[];
  /** Why the text cannot be saved that Cedar accepts. */
  readonly refusal: Refusal | undefined;
}

/** What this version does not support, with its place in UTF-16 code units. */
export interface Refusal {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What Cedar found, with its place in bytes of UTF-8; for the whole text without one. */
export interface CedarFinding {
  readonly message: string;
  readonly help: string | null;
  readonly places: readonly {
    readonly label: string | null;
    readonly start: number;
    readonly end: number;
  }[];
}
