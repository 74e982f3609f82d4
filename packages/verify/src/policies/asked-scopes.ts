import type { Expression } from './expression.ts';

/** What policies ask about the scopes of a key: an edit of others changes no decision. */
export interface AskedScopes {
  /** Those that are asked for by name: `principal.scopes.contains("invoices.read")`. */
  readonly names: ReadonlySet<string>;
  /** Whether they are asked for in another way, such as `principal.scopes.isEmpty()`. */
  readonly asksAll: boolean;
  /** Whether the profile is asked for, which an edit of scopes changes. */
  readonly asksProfile: boolean;
}

/** What was noted while a policy is read. */
export interface NotedScopes {
  readonly scopeNames: Set<string>;
  /** How often `scopes` is read of something that may be the principal, and how often by name. */
  scopeReads: number;
  namedReads: number;
  asksProfile: boolean;
}

export function notedNothing(): NotedScopes {
  return { scopeNames: new Set(), scopeReads: 0, namedReads: 0, asksProfile: false };
}

/** Notes an attribute that may be of the principal. */
export function noteAttribute(noted: NotedScopes, attribute: Attribute): Attribute {
  const { of, name } = attribute;
  if (of.kind === 'variable' && of.name !== 'principal') return attribute;
  if (name === 'scopes') noted.scopeReads += 1;
  if (name === 'profile') noted.asksProfile = true;
  return attribute;
}

type Attribute = Extract<Expression, { readonly kind: 'attribute' }>;

const BY_NAME: ReadonlySet<string> = new Set(['contains', 'containsAll', 'containsAny']);

/** Notes the names in `principal.scopes.contains("invoices.read")` and the like. */
export function noteScopes(noted: NotedScopes, operator: string, operands: Operands): Operands {
  const names = BY_NAME.has(operator) ? namesIn(operands) : undefined;
  if (names) noted.namedReads += 1;
  for (const name of names ?? []) noted.scopeNames.add(name);
  return operands;
}

interface Operands {
  readonly left: Expression;
  readonly right: Expression;
}

/** Undefined where it is not the scopes of the key that are asked for names. */
function namesIn({ left, right }: Operands): string[] | undefined {
  if (left.kind !== 'attribute' || left.name !== 'scopes') return undefined;
  if (left.of.kind !== 'variable' || left.of.name !== 'principal') return undefined;
  const members = right.kind === 'set' ? right.members : [right];
  const names = members.flatMap((each) =>
    each.kind === 'literal' && typeof each.value === 'string' ? [each.value] : [],
  );
  return names.length === members.length ? names : undefined;
}

export function askedScopes(noted: NotedScopes): AskedScopes {
  const { scopeNames, scopeReads, namedReads, asksProfile } = noted;
  return { names: scopeNames, asksAll: scopeReads > namedReads, asksProfile };
}

export function joinAsked(all: readonly AskedScopes[]): AskedScopes {
  return {
    names: new Set(all.flatMap(({ names }) => [...names])),
    asksAll: all.some(({ asksAll }) => asksAll),
    asksProfile: all.some(({ asksProfile }) => asksProfile),
  };
}

export function asksScopes({ names, asksAll, asksProfile }: AskedScopes): boolean {
  return names.size > 0 || asksAll || asksProfile;
}
