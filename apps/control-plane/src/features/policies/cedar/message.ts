/** What the server asks the thread that runs Cedar. */
export type Question =
  | { readonly kind: 'parse'; readonly text: string }
  | { readonly kind: 'validate'; readonly text: string; readonly schema: string };

export type Answer<Q extends Question['kind'] = Question['kind']> =
  | (Q extends 'parse' ? Parsed : Validated)
  /** The text exhausted the stack or the memory of Cedar, which cannot be used any more. */
  | { readonly kind: 'exhausted' };

/** Errors, or else statements. */
export interface Parsed {
  readonly kind: 'parsed';
  readonly errors: readonly CedarFinding[];
  readonly statements: readonly Statement[];
  readonly hasTemplates: boolean;
}

export interface Validated {
  readonly kind: 'validated';
  readonly errors: readonly CedarFinding[];
  readonly warnings: readonly CedarFinding[];
}

/** A statement of a text: where it stands, in UTF-16 code units, and Cedar's JSON form as text. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  readonly json: string;
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
