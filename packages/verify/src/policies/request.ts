import type { Entity, EntityData, RecordValue, Value } from './value.ts';

/** What a request asks, in terms of the policies. */
export interface PolicyRequest {
  readonly principal: Entity;
  readonly action: Entity;
  readonly resource: Entity;
  readonly context: RecordValue;
  /** What is known of further entities, by their keys. */
  readonly entities?: ReadonlyMap<string, EntityData> | undefined;
  /** Set to find out, while the policies are evaluated, whether another path would change anything. */
  readonly foldedPath?: FoldedPath | undefined;
}

/** `context.path` in lower case, as servers take it that do not tell apart upper and lower case. */
export interface FoldedPath {
  readonly path: string;
  /**
   * Whether the policies may say something else about it: once its comparison with a pattern comes out
   * differently, or a path is read for anything else.
   */
  mayDiffer: boolean;
}

/** The path for any use but a comparison that was made with the folded one too. */
export function readPath({ context, foldedPath }: PolicyRequest): Value | undefined {
  if (foldedPath) foldedPath.mayDiffer = true;
  return context.fields.get('path');
}

/**
 * What is known of the entity: from itself, from the same entity in the request, or from the others.
 * Without a request it is what the entity itself says.
 */
export function dataOf(request: PolicyRequest | undefined, entity: Entity): EntityData | undefined {
  if (entity.data || !request) return entity.data;
  const { principal, action, resource, entities } = request;
  if (principal.key === entity.key) return principal.data ?? entities?.get(entity.key);
  if (resource.key === entity.key) return resource.data ?? entities?.get(entity.key);
  if (action.key === entity.key) return action.data ?? entities?.get(entity.key);
  return entities?.get(entity.key);
}

/** The attribute of an entity or the field of a record; undefined where there is none. */
export function attributeOf(
  request: PolicyRequest | undefined,
  value: Value,
  name: string,
): Value | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'record') return value.fields.get(name);
  return value.kind === 'entity' ? dataOf(request, value)?.attributes.get(name) : undefined;
}

/** Undefined for a value that has no attributes at all. */
export function hasPath(
  request: PolicyRequest | undefined,
  value: Value,
  path: readonly string[],
): boolean | undefined {
  let holder = value;
  for (const name of path) {
    if (typeof holder !== 'object') return undefined;
    if (holder.kind !== 'record' && holder.kind !== 'entity') return undefined;
    const held = attributeOf(request, holder, name);
    if (held === undefined) return false;
    holder = held;
  }
  return true;
}

/** Whether no request adds to `hasPath`: an entity on the way may be known by reference alone. */
export function isPathKnown(value: Value, path: readonly string[]): boolean {
  let holder: Value | undefined = value;
  for (const name of path) {
    if (holder === undefined) return true;
    if (typeof holder === 'object' && holder.kind === 'entity' && !holder.data) return false;
    holder = attributeOf(undefined, holder, name);
  }
  return true;
}

/** `in`: whether the entity is the other, or one of the others, or in one of them. */
export function isIn(
  request: PolicyRequest | undefined,
  value: Value,
  group: Value,
): boolean | undefined {
  if (typeof value !== 'object' || value.kind !== 'entity') return undefined;
  if (typeof group !== 'object') return undefined;
  if (group.kind === 'entity') {
    return value.key === group.key || isBelow(request, value, group.key);
  }
  if (group.kind !== 'set' || group.strings.size > 0) return undefined;
  let found = false;
  for (const member of group.others.values()) {
    if (typeof member !== 'object' || member.kind !== 'entity') return undefined;
    found ||= value.key === member.key || isBelow(request, value, member.key);
  }
  return found;
}

function isBelow(request: PolicyRequest | undefined, entity: Entity, key: string): boolean {
  return dataOf(request, entity)?.ancestors.has(key) ?? false;
}

export function getTag(
  request: PolicyRequest | undefined,
  value: Value,
  tag: Value,
): Value | undefined {
  if (typeof value !== 'object' || value.kind !== 'entity') return undefined;
  return typeof tag === 'string' ? dataOf(request, value)?.tags.get(tag) : undefined;
}

export function hasTag(
  request: PolicyRequest | undefined,
  value: Value,
  tag: Value,
): boolean | undefined {
  if (typeof value !== 'object' || value.kind !== 'entity') return undefined;
  return typeof tag === 'string' ? (dataOf(request, value)?.tags.has(tag) ?? false) : undefined;
}
