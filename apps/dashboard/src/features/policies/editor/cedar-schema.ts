/** What the schema of policies says of a value: the name of its type, or the attributes of a record. */
export type CedarType = string | CedarRecord;

export interface CedarAttribute {
  readonly type: CedarType;
  readonly isOptional: boolean;
}

export type CedarRecord = ReadonlyMap<string, CedarAttribute>;

export interface CedarSchema {
  /** Attributes of the entity types. */
  readonly entities: ReadonlyMap<string, CedarRecord>;
  readonly actions: readonly string[];
  /** Attributes of the principal, the resource and the context. */
  readonly variables: ReadonlyMap<string, CedarRecord>;
}

const NO_ATTRIBUTES: CedarRecord = new Map();

/**
 * Reads the schema that the server validates policies with, for completion. What it does not
 * understand it passes over: completion then offers less, and nothing else depends on it.
 */
export function parseCedarSchema(text: string): CedarSchema {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*(?:::\w+)*|[^\s\w]/g) ?? [];
  const entities = new Map<string, CedarRecord>();
  const types = new Map<string, CedarRecord>();
  const actions: string[] = [];
  const applies = new Map<string, string>();
  for (let at = 0; at < tokens.length; at += 1) {
    const statement = tokens.slice(at, endOfStatement(tokens, at));
    const [kind, name = ''] = statement;
    if (kind === 'entity') entities.set(unquoted(name), recordIn(statement));
    if (kind === 'type') types.set(unquoted(name), recordIn(statement));
    if (kind === 'action') {
      actions.push(...actionNames(statement));
      for (const each of ['principal', 'resource', 'context']) {
        const index = statement.indexOf(each);
        if (index !== -1) applies.set(each, statement[index + 2] ?? '');
      }
    }
    at += statement.length;
  }
  const variables = new Map(
    [...applies].map(([variable, type]) => [
      variable,
      entities.get(type) ?? types.get(type) ?? NO_ATTRIBUTES,
    ]),
  );
  return { entities, actions, variables };
}

/** The `;` that ends the statement, which is outside of brackets. */
function endOfStatement(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    if (tokens[at] === '{') depth += 1;
    if (tokens[at] === '}') depth -= 1;
    if (tokens[at] === ';' && depth === 0) return at;
  }
  return tokens.length;
}

function actionNames(statement: readonly string[]): string[] {
  const names: string[] = [];
  for (const token of statement.slice(1)) {
    if (token === 'in' || token === 'appliesTo') break;
    if (token !== ',') names.push(unquoted(token));
  }
  return names;
}

function recordIn(statement: readonly string[]): CedarRecord {
  const open = statement.indexOf('{');
  return open === -1 ? NO_ATTRIBUTES : readRecord(statement, open).record;
}

/** @param open index of the bracket that opens the record */
function readRecord(tokens: readonly string[], open: number): { record: CedarRecord; end: number } {
  const record = new Map<string, CedarAttribute>();
  let at = open + 1;
  while (at < tokens.length && tokens[at] !== '}') {
    const name = unquoted(tokens[at] ?? '');
    const isOptional = tokens[at + 1] === '?';
    at += isOptional ? 3 : 2;
    const { type, end } = readType(tokens, at);
    record.set(name, { type, isOptional });
    at = tokens[end] === ',' ? end + 1 : end;
  }
  return { record, end: at + 1 };
}

/** @returns the type, and the index after it */
function readType(tokens: readonly string[], at: number): { type: CedarType; end: number } {
  if (tokens[at] === '{') {
    const { record, end } = readRecord(tokens, at);
    return { type: record, end };
  }
  if (tokens[at] === 'Set') return { type: `Set<${tokens[at + 2] ?? ''}>`, end: at + 4 };
  return { type: tokens[at] ?? '', end: at + 1 };
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1) : token;
}
